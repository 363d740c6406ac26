"""A name a line, for programs that take it for the name and everything below it.

There are no exceptions in this format, so a name with something below it that must resolve is
left out, and so is a name that is meant alone: a phone that breaks costs
more than a name that is missed.
"""

from blocker.core.names import parents, to_text
from blocker.core.sinkhole import Sinkhole
from blocker.export.body import Body, families_lost, some
from blocker.export.marks import marks_of
from blocker.export.selection import Selection


def body(selection: Selection, sinkhole: Sinkhole, serial: int) -> Body:
    marks = marks_of(selection, lone_exceptions=True)
    narrowed = set(marks.narrowed)
    whole = {
        name
        for name in selection.names
        if selection.blocks(name) and selection.blocks_below(name) and to_text(name) not in narrowed
    }
    spoiled = {above for name in selection.names if name not in whole for above in parents(name)}
    listed: dict[bytes, str] = {}
    for name in selection.names:
        if name in whole and name not in spoiled and not _is_covered(name, listed):
            listed[name] = to_text(name)
    lost = [
        to_text(name)
        for name in selection.names
        if selection.blocks(name) and not _is_covered(name, listed)
    ]
    return Body(
        lines=list(listed.values()),
        count=len(listed),
        meaning=["Each line is a name and everything below it."],
        lost=[*_lost(lost), *families_lost(marks.families)],
    )


def _is_covered(name: bytes, listed: dict[bytes, str]) -> bool:
    return any(above in listed for above in parents(name))


def _lost(names: list[str]) -> list[str]:
    if not names:
        return []
    told = some(names, "name", "names")
    return [f"left out: {told}, where something below has to resolve, which it cannot write"]
