"""Adblock syntax as AdGuard Home has it for DNS.

`||name^` is the name and all below it, `|name^` it alone, `/.../` a family; `@@` lets pass what the
plain rules block, `$important` blocks what `@@` lets pass, and `@@...$important` is above all.
"""

from collections.abc import Iterator

from blocker.core.sinkhole import Sinkhole
from blocker.export.body import Body, some
from blocker.export.families import expression
from blocker.export.layers import Statement, layers_of
from blocker.export.selection import Selection


def body(selection: Selection, sinkhole: Sinkhole, serial: int) -> Body:
    layers = layers_of(selection)
    return Body(
        lines=list(map(_line, layers.statements)),
        count=layers.count,
        meaning=["Rules with @@ are names below blocked ones that have to resolve."],
        lost=list(_lost(layers.too_deep)),
    )


def _line(statement: Statement) -> str:
    before = "" if statement.blocks else "@@"
    after = "$important" if statement.layer > 2 else ""
    if statement.match == "pattern":
        return f"{before}/{expression(statement.text)}/{after}"
    anchor = "|" if statement.match == "exact" else "||"
    return f"{before}{anchor}{statement.text}^{after}"


def _lost(too_deep: list[str]) -> Iterator[str]:
    if too_deep:
        told = some(too_deep, "name", "names")
        yield f"left out: {told}, below exceptions to exceptions, which this format cannot write"
