"""What rules in shadow would have blocked since admin started: whom, how often, which names.

Rule: bounded. Who comes when all places are taken is counted without a name of its own, so the
totals stay exact.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from blocker.admin.recent import plain
from blocker.core.row import Row
from blocker.link import Group

PLACES: Final = 10_000  # clients x vendors x purposes x lists
NAMES: Final = 10  # told of each


@dataclass(frozen=True, slots=True)
class Cause:
    """What is in shadow. A curated entry has vendor and purpose, a subscription's line its list."""

    vendor: str
    purpose: str
    subscription: str

    def is_of(self, kind: str, name: str) -> bool:
        """Whether this is of a vendor, a purpose or a subscription."""
        return {"vendor": self.vendor, "purpose": self.purpose}.get(kind, self.subscription) == name


@dataclass(slots=True)
class Hits:
    """What one cause would have done to one client."""

    count: int = 0
    first: int = 0
    last: int = 0
    names: dict[str, int] = field(default_factory=dict)
    others: int = 0  # of names beyond those

    def add(self, row: Row) -> None:
        self.first = min(self.first or row.second, row.second)
        self.last = max(self.last, row.second)
        self.count += row.count
        if row.name and (row.name in self.names or len(self.names) < NAMES):
            self.names[row.name] = self.names.get(row.name, 0) + row.count
        else:
            self.others += row.count


class Shadow:
    """Counted since `second`."""

    def __init__(self, second: int) -> None:
        self.since = second
        self._hits: dict[tuple[str, Cause], Hits] = {}

    def take(self, rows: Iterable[Row]) -> None:
        for row in rows:
            if row.kind.verdict == "shadow":
                self._of(row).add(row)

    def hits(self, client: str | None = None) -> list[tuple[str, Cause, Hits]]:
        """By client and cause, most first; a client without a name is all that had no place."""
        found = [
            (asker, cause, hits)
            for (asker, cause), hits in self._hits.items()
            if client is None or plain(client) == asker
        ]
        return sorted(found, key=lambda each: (-each[2].count, each[0]))

    def _of(self, row: Row) -> Hits:
        kind = row.kind
        subscription = kind.list if kind.layer == "subscription" else ""
        cause = Cause(kind.vendor, kind.purpose, subscription)
        key = plain(row.client), cause
        if key not in self._hits and len(self._hits) >= PLACES:
            key = "", cause
        return self._hits.setdefault(key, Hits())


def switched(groups: Iterable[Group]) -> Iterator[tuple[str, str, list[str]]]:
    """What is in shadow: kind, name, and the groups for which it is."""
    found: dict[tuple[str, str], list[str]] = {}
    for group in groups:
        blocking = group["blocking"]
        states = [
            *(("vendor", name, switch["state"]) for name, switch in blocking["vendors"].items()),
            *(("purpose", name, state) for name, state in blocking["purposes"].items()),
            *(("subscription", name, state) for name, state in blocking["lists"].items()),
        ]
        for kind, name, state in states:
            if state == "shadow":
                found.setdefault((kind, name), []).append(group["name"])
    for (kind, name), names in sorted(found.items()):
        yield kind, name, names
