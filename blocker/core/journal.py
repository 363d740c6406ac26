"""What the workers saw: one append per answer on the hot path, everything else counted later.

Rule: an entry is (client, reply). Names, vendors and labels are looked at only in `fold`, which
works in slices so that no answer waits for the books, and looks once at what came often.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import attrgetter, itemgetter
from typing import Final

from blocker.core.policy import Verdict
from blocker.core.rate import RateLimit
from blocker.core.reply import Reply
from blocker.core.row import Action
from blocker.core.rows import Pair, Rows, Sort

SLICE: Final = 1_000  # entries counted at a time: about a fifth of a millisecond
EACH: Final = 128  # different ones of these that are looked at in one go: likewise
ROOM: Final = 200_000  # entries kept when folding cannot keep up; beyond it the oldest are dropped

ANSWER_SECONDS: Final = (
    *(
        0.0001,
        0.00025,
        0.0005,
        0.001,
        0.0025,
        0.005,
        0.01,
        0.025,
        0.05,
        0.1,
        0.25,
        0.5,
        1.0,
        2.5,
        5.0,
    ),
)


@dataclass(slots=True)
class Tally:
    """Counts since the start of the process. Keys are labels, never names or addresses."""

    queries: Counter[tuple[str, str]] = field(default_factory=Counter)  # transport, action
    accounts: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # Kind.account
    seconds: list[int] = field(default_factory=lambda: [0] * (len(ANSWER_SECONDS) + 1))
    seconds_sum: float = 0.0
    dropped: int = 0
    rows: Rows = field(default_factory=Rows)
    rate: RateLimit = field(default_factory=RateLimit)

    @property
    def hits(self) -> int:
        """Questions answered from the answers."""
        return sum(n for (_, action), n in self.queries.items() if action == "cached")


class Journal:
    """The entries of one transport on their way into the tally and its rows."""

    def __init__(self, transport: str, tally: Tally) -> None:
        self.transport = transport
        self.tally = tally
        self.entries: list[tuple[str, Reply]] = []
        self.append = self.entries.append
        self.waits: list[float] = []  # seconds, of answers that had to be forwarded
        self.waited = self.waits.append
        self._pairs: list[tuple[Pair, int]] = []  # counted, and not yet looked at
        self._sorts: dict[Sort, int] = {}  # looked at, and not yet attributed

    def observe(self, seconds: float, count: int) -> None:
        """`count` answers were ready and took at most `seconds`."""
        self.tally.seconds[bisect_left(ANSWER_SECONDS, seconds)] += count
        self.tally.seconds_sum += seconds * count
        if len(self.entries) >= SLICE:
            self.fold()  # at once: what was just written is still in the processor's cache

    def fold(self) -> bool:
        """Count one slice; True while there is more."""
        self._fold_waits()
        if not self._pairs:
            self._pairs = list(Counter(self._slice()).items())
        rows = self.tally.rows
        known, meet = rows.known, rows.meet
        sorts = self._sorts
        for pair, times in self._pairs[-EACH:]:
            count = known.get(pair) or meet(pair)
            count.number += times
            sort = count.sort
            sorts[sort] = sorts.get(sort, 0) + times
        del self._pairs[-EACH:]
        if not self._pairs:
            for sort, times in sorts.items():
                self._attribute(sort, times)
            sorts.clear()
        return bool(self._pairs or self.entries or self.waits)

    def _slice(self) -> list[Pair]:
        """The next entries, without those of clients that flood: these are counted as they are."""
        entries = self.entries
        if excess := max(len(entries) - ROOM, 0):
            del entries[:excess]
            self.tally.dropped += excess
        some = entries[:SLICE]
        del entries[:SLICE]
        self.tally.rate.count(map(_CLIENT, some))
        rows = self.tally.rows
        flooding = rows.flooding
        if not flooding:
            return some
        flood = [entry for entry in some if entry[0] in flooding]
        if flood:
            self._fold_flood(flood)
        if len(flood) == len(some):
            return []
        return [entry for entry in some if entry[0] not in flooding]

    def _fold_flood(self, entries: list[Pair]) -> None:
        kinds = map(_KIND, map(_REPLY, entries))
        clients = list(map(_CLIENT, entries))
        first = clients[0]
        counted: Iterable[tuple[str, tuple[Action, Verdict | None], int]]
        if clients.count(first) == len(clients):  # as most floods are, and quicker
            counted = [(first, kind, times) for kind, times in Counter(kinds).items()]
        else:
            both = Counter(zip(clients, kinds, strict=True))
            counted = [(client, kind, times) for (client, kind), times in both.items()]
        for client, (action, verdict), times in counted:
            sort = self.tally.rows.sort(action, verdict)
            self.tally.rows.nameless(client, sort).number += times
            self._attribute(sort, times)

    def _fold_waits(self) -> None:
        some = sorted(self.waits[:SLICE])
        del self.waits[:SLICE]
        self.tally.seconds_sum += sum(some)
        below = 0
        for bucket, edge in enumerate(ANSWER_SECONDS):
            reached = bisect_right(some, edge)
            self.tally.seconds[bucket] += reached - below
            below = reached
        self.tally.seconds[-1] += len(some) - below

    def _attribute(self, sort: Sort, count: int) -> None:
        self.tally.queries[self.transport, sort.action] += count
        if sort.account is not None:
            self.tally.accounts[sort.account] += count


_CLIENT = itemgetter(0)
_REPLY = itemgetter(1)
_KIND = attrgetter("action", "verdict")
