"""What adblock needs: statements in layers, each an exception to those under it.

Adblock knows no "most specific": `@@` beats a block, `$important` beats that, and `@@...$important`
beats all. Layer 1 blocks, 2 lets pass, 3 blocks, 4 lets pass. Rule: names and families are taken
in the order in which the policy takes them, and one that says nothing new is not said.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Final

from blocker.core.names import parents
from blocker.core.policy import Match
from blocker.export.families import Shape, shape_of
from blocker.export.selection import Candidate, Selection, reading_order

DEEPEST: Final = 4


@dataclass(frozen=True, slots=True)
class Statement:
    """A name or a family that is blocked in odd layers and passes in even ones."""

    text: str
    match: Match
    layer: int
    shape: Shape
    place: bytes  # the name, or the family's parent

    @property
    def blocks(self) -> bool:
        return self.layer % 2 == 1


@dataclass(frozen=True, slots=True)
class Layers:
    """The statements in reading order; `too_deep` have more exceptions above than layers."""

    statements: list[Statement]
    too_deep: list[str]

    @property
    def count(self) -> int:
        return sum(statement.blocks for statement in self.statements)


def layers_of(selection: Selection) -> Layers:
    """The statements that come to the selection's verdicts."""
    building = _Building(selection)
    for candidate in selection.candidates:
        if candidate.match == "pattern":
            building.say(candidate, blocks=selection.blocks_family(candidate.text))
        elif candidate.match == "subtree":
            building.say(candidate, blocks=selection.blocks_below(candidate.place))
            alone = replace(candidate, match="exact")
            building.say(alone, blocks=selection.blocks(candidate.place))
        else:
            building.say(candidate, blocks=selection.blocks(candidate.place))
    return building.result()


class _Building:
    """What was said so far, found by the names and parents that it is about."""

    def __init__(self, selection: Selection) -> None:
        self._statements: list[Statement] = []
        self._too_deep: dict[str, None] = {}  # in order, each once
        self._parents = set(selection.families.values())
        self._at: defaultdict[bytes, list[Statement]] = defaultdict(list)
        self._below: defaultdict[bytes, list[Statement]] = defaultdict(list)  # of families' parents

    def say(self, candidate: Candidate, *, blocks: bool) -> None:
        """Say it, unless what was said already comes to the same."""
        shape = shape_of(candidate.text, candidate.match)
        met = [said for said in self._near(candidate.place) if said.shape.meets(shape)]
        same = max((s.layer for s in met if s.blocks == blocks and s.shape.holds(shape)), default=0)
        other = max((said.layer for said in met if said.blocks != blocks), default=0)
        if same >= other and (same or not blocks):
            return
        if other == DEEPEST:
            self._too_deep[candidate.text] = None
            return
        self._add(Statement(candidate.text, candidate.match, other + 1, shape, candidate.place))

    def result(self) -> Layers:
        """What was said and was not said better later."""
        needed = [said for said in self._statements if not self._is_covered(said)]
        needed.sort(key=lambda said: (reading_order(said.place), said.text, said.layer))
        return Layers(needed, list(self._too_deep))

    def _is_covered(self, statement: Statement) -> bool:
        return any(
            said is not statement
            and said.blocks == statement.blocks
            and said.layer >= statement.layer
            and said.shape.holds(statement.shape)
            for zone in parents(statement.place)
            for said in self._at[zone]
        )

    def _near(self, place: bytes) -> list[Statement]:
        above = [said for zone in parents(place) for said in self._at[zone]]
        return [*above, *self._below[place]] if place in self._parents else above

    def _add(self, statement: Statement) -> None:
        self._statements.append(statement)
        self._at[statement.place].append(statement)
        for zone in list(parents(statement.place))[1:]:
            if zone in self._parents:
                self._below[zone].append(statement)
