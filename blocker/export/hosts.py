"""hosts(5): an address that leads nowhere, and one name. Nothing in it covers names below."""

from blocker.core.names import to_text
from blocker.core.sinkhole import Sinkhole
from blocker.export.body import Body, families_lost
from blocker.export.selection import Selection


def body(selection: Selection, sinkhole: Sinkhole, serial: int) -> Body:
    """Two lines a name: with one address only, many systems ask DNS for the other."""
    names = [to_text(name) for name in selection.names if selection.blocks(name)]
    lost = [family for family in selection.families if selection.blocks_family(family)]
    return Body(
        lines=[f"{address} {name}" for name in names for address in ("0.0.0.0", "::")],
        count=len(names),
        meaning=["Each line is one name; names below it are not covered, blocked or kept."],
        lost=families_lost(lost),
    )
