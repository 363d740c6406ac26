"""What a format is told of its list, what it makes of the lines, and where it says what it could
not use.

A format is a generator: it turns lines into `(number, key)` where a name says it all, number being
the line with EXACT, BELOW and ALLOW of `ruleset.layout`, and into a Rule where there is more.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from blocker.core.rule import Condition, LocalRecord, Match, Mode, Network, Rule, RuleAction
from blocker.errors import Problem
from blocker.ruleset.layout import BELOW, EXACT

Item = tuple[int, bytes] | Rule
Coverage = Literal["auto", "exact", "subtree"]
Covered = Literal["exact", "below", "subtree"]
SIGN: Final[dict[Covered, int]] = {"exact": EXACT, "below": BELOW, "subtree": 0}
_SHOWN: Final = 100  # lines reported in words; the rest are only counted
_LONGEST: Final = 60  # octets of a line that are shown


@dataclass(slots=True)
class Lines:
    """Lines that were not used: how many, and the first of them."""

    file: str
    count: int = 0
    first: list[Problem] = field(default_factory=list)

    def __call__(self, number: int, text: bytes, why: str) -> None:
        self.count += 1
        if len(self.first) < _SHOWN:
            shown = text.strip()[:_LONGEST].decode(errors="replace")
            self.first.append(Problem(self.file, number, repr(shown), why))


@dataclass(slots=True)
class Reading:
    """One list being read. `bad` is told of what cannot be meant so, `ignored` of what is right and
    says nothing to a resolver.
    """

    name: str
    bad: Lines
    ignored: Lines
    action: RuleAction = "block"
    match: Coverage = "auto"
    rewrites: bool = False  # whether its records of its own are answered with
    answer: Mode = ""  # how its names are answered, whatever it says itself
    mode: Mode = ""  # set by a format: how the list wants its plain names answered

    def covers(self, convention: Covered) -> Covered:
        """What a rule covers of which the format says that it covers `convention`."""
        if self.match == "auto" or (self.match == "exact" and convention == "below"):
            return convention
        return self.match

    def rule(
        self,
        number: int,
        text: str,
        match: Match,
        name: bytes = b"\x00",
        *,
        action: RuleAction = "block",
        important: bool = False,
        unless: tuple[bytes, ...] = (),
        condition: Condition | None = None,
        mode: Mode = "",
        records: tuple[LocalRecord, ...] = (),
        network: Network | None = None,
    ) -> Rule:
        """A rule of this list; `answer` has the last word on how it blocks."""
        if self.answer and action != "allow":
            action, mode, records = "block", self.answer, ()
        return Rule(
            text=text if text.isprintable() else _plain(text),
            name=name,
            match=match,
            action=action,
            layer="subscription",
            list=self.name,
            line=number,
            important=important,
            unless=unless,
            condition=condition,
            mode=mode,
            records=records,
            network=network,
        )


def _plain(text: str) -> str:
    """A line as it may be shown in a terminal, whatever its author put into it."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


Format = Callable[[Iterable[bytes], Reading], Iterator[Item]]


class Unused(Exception):
    """A line that is right and says nothing to a resolver; its text says why."""
