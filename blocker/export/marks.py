"""Where the verdict changes, for formats in which the most specific name decides.

Such formats have names but no families. Rule: where a format cannot say exactly what the policy
says, less is blocked than the policy blocks, never more; and it is told.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from blocker.core.names import is_below, parents, to_text
from blocker.export.body import families_lost, some
from blocker.export.families import below, varies
from blocker.export.selection import Selection


@dataclass(frozen=True, slots=True)
class Mark:
    """A name, whether it is blocked, whether what is below it is, and what came from above."""

    name: bytes
    at: bool
    below: bool
    inherited: bool

    @property
    def text(self) -> str:
        return to_text(self.name)


@dataclass(slots=True)
class Marks:
    """The marks in reading order, and what they could not say."""

    marks: list[Mark] = field(default_factory=list)
    families: list[str] = field(default_factory=list)  # blocked ones, left out
    narrowed: list[str] = field(default_factory=list)  # blocked alone, for a family below is kept
    widened: list[str] = field(default_factory=list)  # kept with all below, not alone

    def __iter__(self) -> Iterator[Mark]:
        return iter(self.marks)

    @property
    def count(self) -> int:
        """How many rules of the format block something."""
        return sum(mark.at or mark.below for mark in self.marks)


def marks_of(selection: Selection, *, lone_exceptions: bool) -> Marks:
    """`lone_exceptions`: the format can let a name pass without what is below it."""
    narrowed: set[bytes] = set()
    while True:
        found = _marks(selection, narrowed, lone_exceptions=lone_exceptions)
        by_name = {mark.name: mark for mark in found}
        blocking = set()
        for family, parent in selection.families.items():
            above = next((by_name[name] for name in parents(parent) if name in by_name), None)
            covered = above is not None and above.below
            if selection.blocks_family(family):
                found.families += [family] * (not covered)
                continue
            blocking |= {above.name} if above is not None and covered else set()
            blocking |= {mark.name for mark in found if _crosses(mark, family, parent)}
        if not blocking:
            found.narrowed = [to_text(name) for name in sorted(narrowed)]
            return found
        narrowed |= blocking


def marks_lost(marks: Marks) -> list[str]:
    """What the marks could not say, in words."""
    lost = families_lost(marks.families)
    if marks.narrowed:
        told = some(marks.narrowed, "name", "names")
        lost.append(f"what is below {told} is not blocked, because families below have to resolve")
    if marks.widened:
        told = some(marks.widened, "name", "names")
        lost.append(f"what is below {told} is not blocked, because the name itself has to resolve")
    return lost


def _marks(selection: Selection, narrowed: set[bytes], *, lone_exceptions: bool) -> Marks:
    found, decided = Marks(), dict[bytes, bool]()
    for name in selection.names:
        above = parents(name)
        next(above)
        inherited = next((decided[zone] for zone in above if zone in decided), False)
        blocks = selection.blocks(name)
        blocks_below = selection.blocks_below(name) and name not in narrowed
        if blocks_below and not blocks and not lone_exceptions:
            found.widened.append(to_text(name))
            blocks_below = False
        decided[name] = blocks_below
        if not blocks == blocks_below == inherited:
            found.marks.append(Mark(name, blocks, blocks_below, inherited))
    return found


def _crosses(mark: Mark, family: str, parent: bytes) -> bool:
    """Whether it blocks members of the family without being one, and more than one of them."""
    if not mark.below or mark.name == parent or not is_below(mark.name, parent):
        return False
    return varies(below(family, mark.text))
