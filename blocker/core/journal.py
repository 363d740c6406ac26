"""What the workers saw: one append per answer on the hot path, everything else counted later.

Rule: an entry is (client, reply). Names, vendors and labels are looked at only in `fold`, which
works in slices so that no answer waits for the books.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass, field
from operator import attrgetter, itemgetter
from typing import Final

from blocker.core.policy import Verdict
from blocker.core.reply import Reply

SLICE: Final = 1_000  # entries folded at a time: about a fifth of a millisecond
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
    blocked: Counter[tuple[str, str]] = field(default_factory=Counter)  # vendor or list, purpose
    shadow: Counter[tuple[str, str]] = field(default_factory=Counter)
    unclassified: Counter[str] = field(default_factory=Counter)  # vendor
    seconds: list[int] = field(default_factory=lambda: [0] * (len(ANSWER_SECONDS) + 1))
    seconds_sum: float = 0.0
    dropped: int = 0


class Journal:
    """The entries of one transport on their way into the tally."""

    def __init__(self, transport: str, tally: Tally) -> None:
        self.transport = transport
        self.tally = tally
        self.entries: list[tuple[str, Reply]] = []
        self.append = self.entries.append
        self.waits: list[float] = []  # seconds, of answers that had to be forwarded
        self.waited = self.waits.append

    def observe(self, seconds: float, count: int) -> None:
        """`count` answers were ready and took at most `seconds`."""
        self.tally.seconds[bisect_left(ANSWER_SECONDS, seconds)] += count
        self.tally.seconds_sum += seconds * count
        if len(self.entries) >= SLICE:
            self.fold()  # at once: what was just written is still in the processor's cache

    def fold(self) -> bool:
        """Count one slice; True while there is more."""
        self._fold_waits()
        entries = self.entries
        if excess := max(len(entries) - ROOM, 0):
            del entries[:excess]
            self.tally.dropped += excess
        some = entries[:SLICE]
        del entries[:SLICE]
        kinds = Counter(map(_KIND, map(_REPLY, some)))
        for (action, verdict), count in kinds.items():
            self.tally.queries[self.transport, action] += count
            if verdict is not None:
                self._attribute(verdict, count)
        return bool(entries or self.waits)

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

    def _attribute(self, verdict: Verdict, count: int) -> None:
        rule = verdict.rule
        if verdict.action == "pass":
            if rule.layer == "zone":  # the vendor's, and no list knows what for
                self.tally.unclassified[rule.vendor] += count
        elif verdict.action != "allow":
            counts = self.tally.blocked if verdict.action == "block" else self.tally.shadow
            counts[verdict.vendor or rule.layer, rule.purpose or "unspecified"] += count


_REPLY = itemgetter(1)
_KIND = attrgetter("action", "verdict")
