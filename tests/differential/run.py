"""The run: every question to both, twice, and every difference put to the classes."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.differential.classes import Compared, class_of
from tests.differential.questions import Question, questions
from tests.differential.replies import Reply, differences, reply_of
from tests.differential.resolvers import OURS, THEIRS, both
from tests.differential.upstream import Loop

BATCH: Final = 250
CALM: Final = 3.0  # seconds a batch takes at the most


@dataclass(slots=True)
class Findings:
    """How many answers were the same, how many differ by class, and what no class explains."""

    questions: int = 0
    same: int = 0
    by_class: Counter[str] = field(default_factory=Counter)
    examples: dict[str, Compared] = field(default_factory=dict)
    unexplained: list[Compared] = field(default_factory=list)

    def add(self, compared: Sequence[Compared]) -> None:
        """One answer's differences: a class counts once for each."""
        if not compared:
            self.same += 1
        named = defaultdict(list)
        for one in compared:
            named[class_of(one)].append(one)
        for name, found in named.items():
            if name is None:
                self.unexplained += found
            else:
                self.by_class[name] += 1
                self.examples.setdefault(name, found[0])


def run(
    folder: Path, seed: int, count: int, advance: Callable[[int], None] = lambda count: None
) -> Findings:
    """Ask so many questions."""
    findings = Findings(count)
    loop = Loop()
    try:
        with both(folder, loop.port) as ports:
            for batch in _batches(questions(seed, count)):
                for compared in _asked_twice(loop, ports, batch):
                    findings.add(compared)
                advance(len(batch))
    finally:
        loop.close()
    return findings


def _asked_twice(
    loop: Loop, ports: dict[str, int], batch: Sequence[Question]
) -> Iterator[list[Compared]]:
    """A batch that is not answered soon tells of the machine: ours gives up after four seconds,
    Unbound does not. It is asked once more, under names nobody has asked for.
    """
    asked = batch
    first, seconds = _exchanged(loop, ports, asked)
    for letter in "rstu":
        if seconds < CALM:
            break
        asked = [one.under_another_name(letter) for one in batch]
        first, seconds = _exchanged(loop, ports, asked)
    again, more = _exchanged(loop, ports, asked)
    for replies, when, took in ((first, False, seconds), (again, True, seconds + more)):
        for number, question in enumerate(asked):
            ours, theirs = replies.get((OURS, number)), replies.get((THEIRS, number))
            found = differences(ours, theirs, took)
            yield [Compared(question, ours, theirs, one, when) for one in found]


def _exchanged(
    loop: Loop, ports: dict[str, int], asked: Sequence[Question]
) -> tuple[dict[tuple[str, int], Reply], float]:
    """The replies by server and place of the question."""
    packets = {number: one.packet for number, one in enumerate(asked)}
    replies, seconds = loop.exchange(packets, ports)
    return {key: reply_of(reply) for key, reply in replies.items()}, seconds


def _batches(asked: Sequence[Question]) -> Iterator[Sequence[Question]]:
    for start in range(0, len(asked), BATCH):
        yield asked[start : start + BATCH]
