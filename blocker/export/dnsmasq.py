"""Lines for dnsmasq (2.86 or later). The most specific domain decides.

`address=` answers for the name and all below it, and `local=` keeps other types than addresses from
being forwarded; `server=/name/#` asks the usual upstreams; `host-record=` is a name alone.
"""

from collections.abc import Iterator

from blocker.core.sinkhole import Sinkhole
from blocker.export.body import Body, addresses
from blocker.export.marks import Mark, marks_lost, marks_of
from blocker.export.selection import Selection


def body(selection: Selection, sinkhole: Sinkhole, serial: int) -> Body:
    marks = marks_of(selection, lone_exceptions=False)
    lost = marks_lost(marks)
    if sinkhole.mode in ("nodata", "refused"):
        lost.append(f"blocked names get NXDOMAIN: dnsmasq cannot say {sinkhole.mode}")
    if any(mark.at and not mark.below for mark in marks):
        given = " and ".join(addresses(sinkhole))
        lost.append(f"names blocked alone get {given}; of them other types are forwarded")
    return Body(
        lines=[line for mark in marks for line in _lines(mark, sinkhole)],
        count=marks.count,
        meaning=["Load it with conf-file=/path/to/this/file in dnsmasq.conf."],
        lost=lost,
    )


def _lines(mark: Mark, sinkhole: Sinkhole) -> Iterator[str]:
    ipv4, ipv6 = addresses(sinkhole)
    if mark.below and not mark.inherited:
        if sinkhole.mode != "addresses":
            yield f"address=/{mark.text}/"
        elif (ipv4, ipv6) == ("0.0.0.0", "::"):
            yield f"address=/{mark.text}/#"
            yield f"local=/{mark.text}/"
        else:
            yield f"address=/{mark.text}/{ipv4}"
            yield f"address=/{mark.text}/{ipv6}"
            yield f"local=/{mark.text}/"
    elif mark.inherited and not mark.below:
        yield f"server=/{mark.text}/#"
    if mark.at and not mark.below:
        yield f"host-record={mark.text},{ipv4},{ipv6}"
