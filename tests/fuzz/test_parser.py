"""Fuzz: our parser beside dnslib's.

Invariant: what both accept, both read the same: name, type, class and EDNS. What only we reject
breaks one of the rules below; what only dnslib rejects, it rejects for what we never read.
"""

from collections.abc import Iterator
from typing import Any

from dnslib import DNSError, DNSRecord
from hypothesis import given, settings

from blocker.core.wire import MAX_OPTIONS, FormatError, Query, parse_query
from tests.fuzz.strategies import PACKETS
from tests.support.packets import OPT, wire


@given(PACKETS)
@settings(max_examples=1_000)
def test_we_and_dnslib_read_the_same(packet: bytes) -> None:
    theirs = read_by_dnslib(packet)
    try:
        ours = parse_query(packet)
    except FormatError:
        if theirs is not None:
            assert any(reasons(packet, theirs)), "rejected for no listed reason"
        return
    assert not packet[2] & 0xF8, "a response, or not a QUERY"
    if theirs is None:
        return
    assert labels_of(ours.name) == tuple(part.lower() for part in theirs.q.qname.label)
    assert (ours.qtype, ours.qclass) == (theirs.q.qtype, theirs.q.qclass)
    assert (ours.cd, ours.shape >> 8 & 1) == (bool(theirs.header.cd), theirs.header.rd)
    assert_same_edns(ours, [record for record in theirs.ar if record.rtype == OPT])


def assert_same_edns(ours: Query, options: list[Any]) -> None:
    assert ours.edns == bool(options)
    if options:
        (record,) = options
        assert ours.do == bool(record.ttl & 0x8000)
        assert ours.limit == min(max(record.rclass, 512), 1232)
    else:
        assert ours.limit == 512


def read_by_dnslib(packet: bytes) -> Any | None:
    try:
        return DNSRecord.parse(packet)
    except (DNSError, ValueError):  # some of its errors are Python's own
        return None


def labels_of(name: bytes) -> tuple[bytes, ...]:
    labels = []
    at = 0
    while length := name[at]:
        labels.append(name[at + 1 : at + 1 + length])
        at += length + 1
    return tuple(labels)


def reasons(packet: bytes, theirs: Any) -> Iterator[bool]:
    """Why a packet that dnslib can read is no query for us."""
    header = theirs.header
    options = [record for record in theirs.ar if record.rtype == OPT]
    yield header.qr == 1
    yield header.opcode != 0
    yield (header.q, header.a, header.auth) != (1, 0, 0)
    yield header.ar > 255
    yield len(options) > 1
    yield any(str(record.rname) != "." for record in options)
    yield any(record.ttl >> 16 & 255 for record in options)  # a version above zero
    yield any(len(record.rdata) > MAX_OPTIONS for record in options)
    yield has_pointer(packet)
    yield any(half_an_option(packet, record) for record in options)
    owners = opt_owners(packet, header.ar)
    yield owners is None  # the packet ends early; dnslib goes by types, not by lengths of data
    yield any(packet[at] for at in owners or ())  # the root by way of a pointer


def has_pointer(packet: bytes) -> bool:
    at = 12
    while at < len(packet) and packet[at]:
        if packet[at] > 63:
            return True
        at += packet[at] + 1
    return at - 12 > 254


def opt_owners(packet: bytes, additional: int) -> list[int] | None:
    """Where the owners of the OPT records lie; None when the records do not fit the packet."""
    owners = []
    try:
        at = after_name(packet, 12) + 4
        for _ in range(additional):
            owner, at = at, after_name(packet, at)
            if packet[at : at + 2] == b"\x00\x29":
                owners.append(owner)
            at += 10 + int.from_bytes(packet[at + 8 : at + 10], "big")
    except IndexError:
        return None
    return owners if at <= len(packet) else None


def after_name(packet: bytes, at: int) -> int:
    while 0 < packet[at] < 64:
        at += packet[at] + 1
    return at + (2 if packet[at] else 1)


def half_an_option(packet: bytes, record: Any) -> bool:
    """dnslib lets up to four octets at the end of the options pass."""
    read = b"".join(
        option.code.to_bytes(2, "big") + len(option.data).to_bytes(2, "big") + option.data
        for option in record.rdata
    )
    start = wire(str(record.rname)) + b"\x00\x29" + record.rclass.to_bytes(2, "big")
    at = packet.find(start + record.ttl.to_bytes(4, "big")) + len(start) + 4
    return int.from_bytes(packet[at : at + 2], "big") != len(read)
