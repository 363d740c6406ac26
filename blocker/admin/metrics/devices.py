"""How many devices ask, by maker; and, where the configuration says so, how much each asks.

Rule: bounded, whoever invents addresses. The devices of a day are known up to a number, the one
unheard of for longest making room; makers and devices with a series of their own are few, and the
rest is `other`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from prometheus_client.core import Metric

from blocker.admin.metrics.family import gauges, nested
from blocker.admin.recent import plain
from blocker.core.row import Row

DAY: Final = 86_400
KNOWN: Final = 10_000  # devices of the last day
MAKERS: Final = 50  # with a series of their own
DEVICES: Final = 200  # likewise
OTHER: Final = "other"
UNKNOWN: Final = "unknown"


def by_address(address: str) -> str:
    """The key of a device nobody knows more of."""
    return f"ip:{plain(address)}"


class DeviceCounts:
    """`key_of` makes one device of its addresses; `maker_of` is asked by key, and may not know.

    `named`: whether each device is told of, for its key names somebody's device to all who scrape.
    """

    def __init__(
        self,
        key_of: Callable[[str], str] = by_address,
        maker_of: Callable[[str], str] = lambda key: "",
        named: Callable[[], bool] = lambda: False,
    ) -> None:
        self._key_of = key_of
        self._maker_of = maker_of
        self._named = named
        self._last: dict[str, int] = {}  # the second it was last heard of, oldest first
        self._queries: dict[str, dict[str, int]] = {}  # device, outcome

    def take(self, rows: Iterable[Row]) -> None:
        named = self._named()
        for row in rows:
            key = self._key_of(row.client) if row.client else ""
            if key:
                self._last.pop(key, None)
                self._last[key] = row.second
                if len(self._last) > KNOWN:
                    del self._last[next(iter(self._last))]
            if named:
                outcomes = self._outcomes(key or OTHER)
                outcome = row.kind.outcome
                outcomes[outcome] = outcomes.get(outcome, 0) + row.count

    def metrics(self, now: float) -> Iterator[Metric]:
        self._forget(now - DAY)
        makers = Counter(self._maker_of(key) or UNKNOWN for key in self._last)
        shown = dict(makers.most_common(MAKERS))
        if rest := makers.total() - sum(shown.values()):
            shown[OTHER] = shown.get(OTHER, 0) + rest
        yield gauges("devices", "Devices heard of in the last day.", "maker", shown)
        if self._named():
            yield nested(
                "device_queries", "Queries of a device, and what became of them.",
                ("device", "outcome"), self._queries,
            )  # fmt: skip

    def _outcomes(self, key: str) -> dict[str, int]:
        if key not in self._queries and len(self._queries) >= DEVICES:
            key = OTHER
        return self._queries.setdefault(key, {})

    def _forget(self, horizon: float) -> None:
        for key, second in list(self._last.items()):
            if second >= horizon:
                break
            del self._last[key]
