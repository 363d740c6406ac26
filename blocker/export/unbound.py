"""Lines for Unbound (1.13 or later). The most specific local-zone decides.

A zone covers the name and all below it. A name alone is data in a transparent zone: it has no other
types, and what is below it resolves.
"""

from collections.abc import Iterator
from typing import Final

from blocker.core.sinkhole import Sinkhole
from blocker.export.body import Body, addresses
from blocker.export.marks import Mark, marks_lost, marks_of
from blocker.export.selection import Selection

_TYPES: Final = {
    "nxdomain": "always_nxdomain",
    "nodata": "always_nodata",
    "refused": "always_refuse",
}


def body(selection: Selection, sinkhole: Sinkhole, serial: int) -> Body:
    marks = marks_of(selection, lone_exceptions=False)
    lost = marks_lost(marks)
    if sinkhole.mode in ("nxdomain", "refused") and any(m.at and not m.below for m in marks):
        lost.append(f"names blocked alone get NODATA: Unbound cannot say {sinkhole.mode} for them")
    return Body(
        lines=["server:", *(line for mark in marks for line in _lines(mark, sinkhole))],
        count=marks.count,
        meaning=["Load it with include: /path/to/this/file in unbound.conf."],
        lost=lost,
    )


def _lines(mark: Mark, sinkhole: Sinkhole) -> Iterator[str]:
    name = f"{mark.text}."
    ipv4, ipv6 = addresses(sinkhole)
    records = [f"A {ipv4}", f"AAAA {ipv6}"]
    if mark.at and not mark.below:
        if sinkhole.mode != "addresses":
            records = ["TXT blocked"]
        yield f'    local-zone: "{name}" transparent'
    elif not mark.below:
        yield f'    local-zone: "{name}" always_transparent'
        return
    elif sinkhole.mode != "addresses":
        yield f'    local-zone: "{name}" {_TYPES[sinkhole.mode]}'
        return
    elif (ipv4, ipv6) == ("0.0.0.0", "::"):
        yield f'    local-zone: "{name}" always_null'
        return
    else:
        yield f'    local-zone: "{name}" redirect'
    for record in records:
        yield f'    local-data: "{name} {sinkhole.ttl} {record}"'
