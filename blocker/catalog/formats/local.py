"""What a list answers with of its own, gathered until it ends: several lines may add records to one
name, and one may take them back (`@@...$dnsrewrite`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from blocker.catalog.formats.reading import Reading
from blocker.core.names import is_below, parents
from blocker.core.rule import Condition, LocalRecord, Match, Mode, Rule

FORBIDDEN: Final = "answers with a record of its own, which this list may not (rewrites: on)"


@dataclass(frozen=True, slots=True)
class Owner:
    """What an answer is for: records of equal ones share a rule."""

    match: Match
    name: bytes
    pattern: str = ""
    important: bool = False
    unless: tuple[bytes, ...] = ()
    condition: Condition | None = None


@dataclass(slots=True)
class _Said:
    """The answers for one owner, and the first line that has one."""

    number: int
    text: str
    answers: dict[LocalRecord | Mode, None] = field(default_factory=dict)


class LocalAnswers:
    """The answers of one list."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._said: dict[Owner, _Said] = {}
        self._cancelled: dict[tuple[bytes, str, LocalRecord | Mode | None], Match] = {}

    def add(self, number: int, text: str, owner: Owner, record: LocalRecord) -> None:
        """One more record, if the list may have any; the line is reported if not."""
        if self._reading.rewrites or self._reading.action == "allow":
            self._said.setdefault(owner, _Said(number, text)).answers[record] = None
        else:
            self._reading.bad(number, text.encode(), FORBIDDEN)

    def answer(self, number: int, text: str, owner: Owner, mode: Mode) -> None:
        """An answer without records."""
        self._said.setdefault(owner, _Said(number, text)).answers[mode] = None

    def cancel(self, owner: Owner, answer: LocalRecord | Mode | None) -> None:
        """Not this answer, wherever the list gives it; None is all of them."""
        self._cancelled[owner.name, owner.pattern, answer] = owner.match

    def rules(self) -> Iterator[Rule]:
        """A rule for each owner: how it is answered without records, or else its records."""
        for owner, said in self._said.items():
            answers = [answer for answer in said.answers if self._holds(owner, answer)]
            modes = [answer for answer in answers if isinstance(answer, str)]
            records = tuple(answer for answer in answers if isinstance(answer, LocalRecord))
            if answers:
                yield self._reading.rule(
                    said.number,
                    owner.pattern or said.text,
                    owner.match,
                    owner.name,
                    action="block" if modes else "local",
                    important=owner.important,
                    unless=owner.unless + self._left_out(owner, answers),
                    condition=owner.condition,
                    mode=modes[0] if modes else "",
                    records=() if modes else records,
                )

    def _holds(self, owner: Owner, answer: LocalRecord | Mode) -> bool:
        for name in (owner.name, *parents(owner.name)):
            for which in (answer, None):
                match = self._cancelled.get((name, owner.pattern, which))
                if match and (name == owner.name or match in ("subtree", "below")):
                    return False
        return True

    def _left_out(self, owner: Owner, answers: list[LocalRecord | Mode]) -> tuple[bytes, ...]:
        """The names below the owner's that have none of its answers."""
        if owner.match not in ("subtree", "below"):
            return ()
        below = {
            name
            for (name, _, _), match in self._cancelled.items()
            if match == "subtree" and name != owner.name and is_below(name, owner.name)
        }
        return tuple(
            name
            for name in sorted(below)
            if all(
                {(name, "", answer), (name, "", None)} & self._cancelled.keys()
                for answer in answers
            )
        )
