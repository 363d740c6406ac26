"""A response policy zone, for BIND, Unbound, Knot Resolver, PowerDNS.

`name` and `*.name` are separate owners, so all can be said but families. A name below a wildcard
hides it from what lies between them (RFC 4592 section 2.2.2), so those in between are written out.
"""

from collections.abc import Iterator

from blocker.core.names import parents, to_text
from blocker.core.sinkhole import Sinkhole
from blocker.export.body import Body, addresses
from blocker.export.marks import Mark, marks_lost, marks_of
from blocker.export.selection import Selection

_PASS = ("CNAME rpz-passthru.",)


def body(selection: Selection, sinkhole: Sinkhole, serial: int) -> Body:
    marks = marks_of(selection, lone_exceptions=True)
    blocked, lost = _action(sinkhole), marks_lost(marks)
    if sinkhole.mode == "refused":
        lost.append("blocked names get NXDOMAIN: a policy zone cannot say refused")
    owners: dict[str, None] = {}  # in order, each once
    known = {mark.name for mark in marks}
    for mark in marks:
        for between in _between(mark, known):
            owners |= dict.fromkeys([*_owner(between, blocked), *_owner(f"*.{between}", blocked)])
        if mark.inherited or mark.at:
            owners |= dict.fromkeys(_owner(mark.text, blocked if mark.at else _PASS))
        if mark.inherited or mark.below:
            owners |= dict.fromkeys(_owner(f"*.{mark.text}", blocked if mark.below else _PASS))
    ttl = sinkhole.ttl
    head = [
        f"$TTL {ttl}",
        f"@ SOA localhost. nobody.invalid. {serial} 3600 1200 604800 {ttl}",
        "@ NS localhost.",
    ]
    return Body(
        lines=[*head, *owners],
        count=marks.count,
        meaning=["Load it as a zone of any name, and name that zone under response-policy."],
        lost=lost,
    )


def _action(sinkhole: Sinkhole) -> tuple[str, ...]:
    """The policy's answer. For null-ip it is NXDOMAIN, which is what policy zones are used to."""
    ipv4, ipv6 = addresses(sinkhole)
    if sinkhole.mode == "nodata":
        return ("CNAME *.",)
    if sinkhole.mode != "addresses" or (ipv4, ipv6) == ("0.0.0.0", "::"):
        return ("CNAME .",)
    return (f"A {ipv4}", f"AAAA {ipv6}")


def _owner(name: str, records: tuple[str, ...]) -> list[str]:
    return [f"{name} {record}" for record in records]


def _between(mark: Mark, known: set[bytes]) -> Iterator[str]:
    """The names that lie between a name below a blocked one and the next that has records."""
    above = parents(mark.name)
    next(above)
    for name in above if mark.inherited else ():
        if name in known:
            return
        yield to_text(name)
