"""What ISC's compliance probes and RFC 8906 ask of a resolver, over UDP and TCP: an answer to each,
and the right one. RFC 6891 for EDNS, RFC 1035 and 9619 for the rest.
"""

from typing import Any

import pytest

from tests.conformance.serving import BLOCKED, Served
from tests.support.packets import (
    FORMERR,
    NOERROR,
    NOTIMP,
    NXDOMAIN,
    OPT,
    REFUSED,
    SOA,
    TXT,
    A,
    header,
    opt,
    option,
    query,
    question,
    read,
)
from tests.support.steps import saying

APEX = "probe.example"
COOKIE, KEEPALIVE, PADDING, SUBNET, NSID, EXPIRE = 10, 11, 12, 8, 3, 9
BADVERS = 1  # its upper bits; the lower four are none
RD, AD, CD, AA, TC, RA, Z = 0x0100, 0x0020, 0x0010, 0x0400, 0x0200, 0x0080, 0x0040
EVERYTHING = (
    option(NSID)
    + option(COOKIE, bytes(8))
    + option(EXPIRE)
    + option(SUBNET, b"\x00\x01\x18\x00\xcb\x00\x71")
)

BOTH = pytest.mark.parametrize("tcp", [False, True], ids=["udp", "tcp"])


@pytest.fixture(autouse=True, scope="module")
def zone(served: Served) -> None:
    soa = f"{APEX}. 300 IN SOA ns.{APEX}. host.{APEX}. 1 2 3 4 60"
    served.upstream.on_both(APEX, saying(soa))
    served.upstream.on_both("unknown.probe.example", saying(authority=[soa]))


def opts(reply: Any) -> list[Any]:
    return [record for record in reply.ar if record.rtype == OPT]


def bits(reply: Any) -> dict[str, int]:
    return {
        flag: getattr(reply.header, flag) for flag in ("qr", "aa", "tc", "rd", "ra", "ad", "cd")
    }


PLAIN = {"qr": 1, "aa": 0, "tc": 0, "rd": 1, "ra": 1, "ad": 0, "cd": 0}
DO, VERSION_1, NEW_FLAG = opt(do=True), opt(version=1), opt()[:-4] + b"\x00\x40\x00\x00"

PROBES = {
    # id: flags, OPT record, what differs from PLAIN, whether BADVERS
    "P001": (RD, b"", {}),  # RFC 8906 section 8.1.1
    "P003": (RD | CD, b"", {"cd": 1}),  # RFC 4035 section 3.2.2
    "ad": (RD | AD, b"", {}),  # RFC 8906 section 8.1.3
    "P006 aa": (RD | AA, b"", {}),
    "P006 ra": (RD | RA, b"", {}),
    "P006 tc": (RD | TC, b"", {}),
    "zflag": (RD | Z, b"", {}),  # RFC 1035 section 4.1.1
    "all of them": (RD | AA | TC | RA | Z | AD | CD, b"", {"cd": 1}),
    "P018": (RD, opt(), {}),  # RFC 6891 section 6.1.1
    "P018 512": (RD, opt(512), {}),
    "P020": (RD, opt(options=option(100)), {}),  # section 6.1.2
    "P026": (RD, DO, {}),  # RFC 3225 section 3
    "docd": (RD | CD, DO, {"cd": 1}),
    "ednsflags": (RD, NEW_FLAG, {}),  # section 6.1.4
    "optlist": (RD, opt(options=EVERYTHING), {}),
    "ednsnsid": (RD, opt(options=option(NSID)), {}),
    "ednscookie": (RD, opt(options=option(COOKIE, bytes(8))), {}),
    "ednsexpire": (RD, opt(options=option(EXPIRE)), {}),
    "ednssubnet": (RD, opt(options=option(SUBNET, b"\x00\x01\x18\x00\xcb\x00\x71")), {}),
    "padded": (RD, opt(options=option(PADDING, bytes(64))), {}),
    "P029 0": (RD, opt(0), {}),  # section 6.2.3
    "P029 100": (RD, opt(100), {}),
    "P030": (RD, opt(65_535), {}),
}


@BOTH
@pytest.mark.parametrize("flags, edns, other", PROBES.values(), ids=PROBES)
def test_probe(served: Served, flags: int, edns: bytes, other: dict[str, int], tcp: bool) -> None:
    """P028 is P018 over TCP."""
    for _ in range(3):  # asked, known, ready
        reply = served.ask(APEX, SOA, flags=flags, edns=edns, tcp=tcp)
        assert (reply.header.rcode, [record.rtype for record in reply.rr]) == (NOERROR, [SOA])
        assert bits(reply) == PLAIN | other
        if not edns:
            assert reply.ar == []
            continue
        (record,) = opts(reply)
        do = 0x8000 if edns == DO else 0
        assert (record.rclass, record.ttl, record.rdata) == (1232, do, [])


@BOTH
@pytest.mark.parametrize("edns", [b"", opt()], ids=["plain", "edns"])
@pytest.mark.parametrize("qtype", [666, 1000, 127, 65_280])
def test_p002_no_type_is_too_new(served: Served, qtype: int, edns: bytes, tcp: bool) -> None:
    # RFC 8906 section 8.1.2.
    reply = served.ask("unknown.probe.example", qtype, edns=edns, tcp=tcp)
    assert (reply.header.rcode, reply.rr, len(opts(reply))) == (NOERROR, [], bool(edns))


@BOTH
@pytest.mark.parametrize("options", [b"", option(100)], ids=["edns1", "edns1opt"])
@pytest.mark.parametrize("version", [1, 100, 255])
def test_a_version_to_come_is_badvers(
    served: Served, version: int, options: bytes, tcp: bool
) -> None:
    # RFC 6891 section 6.1.3.
    before = len(served.upstream.log)
    for do in (False, True):
        edns = opt(version=version, do=do, options=options)
        reply = served.ask(APEX, SOA, edns=edns, tcp=tcp)
        (record,) = opts(reply)
        assert (reply.header.rcode, record.ttl >> 24, record.ttl >> 16 & 0xFF) == (0, BADVERS, 0)
        assert (reply.rr, record.ttl & 0x8000, record.rdata) == ([], 0x8000 * do, [])
    assert len(served.upstream.log) == before


def packet(*sections: bytes, counts: tuple[int, ...], flags: int = RD) -> bytes:
    return header(flags=flags, counts=counts) + b"".join(sections)


ASKED = question("malformed.example")
RECORD = b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xc0\x00\x02\x09"
MALFORMED = {
    "P012": packet(counts=(0, 0, 0, 0)),  # RFC 9619: no question
    "two questions": packet(ASKED, ASKED, counts=(2, 0, 0, 0)),
    "P014 answer": packet(ASKED, RECORD, counts=(1, 1, 0, 0)),
    "P014 authority": packet(ASKED, RECORD, counts=(1, 0, 1, 0)),
    "P016 name": packet(ASKED[:9], counts=(1, 0, 0, 0)),
    "P016 type": packet(ASKED[:-3], counts=(1, 0, 0, 0)),
    "label of 64": packet(b"\x40" + b"x" * 64 + b"\x00\x00\x01\x00\x01", counts=(1, 0, 0, 0)),
    "name of 256": packet((b"\x3f" + b"x" * 63) * 4 + ASKED[-5:], counts=(1, 0, 0, 0)),
    "pointer to itself": packet(b"\xc0\x0c\x00\x01\x00\x01", counts=(1, 0, 0, 0)),
    "P031": packet(ASKED, opt(), opt(), counts=(1, 0, 0, 2)),  # RFC 6891 section 6.1.1
    "P032": packet(ASKED, opt(owner=b"\x03foo\x00"), counts=(1, 0, 0, 1)),
    "option too long": packet(ASKED, opt(options=b"\x00\x0a\x00\x40abc"), counts=(1, 0, 0, 1)),
    "OPT too short": packet(ASKED, opt()[:-3], counts=(1, 0, 0, 1)),
    "P034": packet(ASKED, opt(options=option(65_001) * 990), counts=(1, 0, 0, 1)),
}


@BOTH
@pytest.mark.parametrize("malformed", MALFORMED.values(), ids=MALFORMED)
def test_what_cannot_be_read_is_formerr(served: Served, malformed: bytes, tcp: bool) -> None:
    reply = served.send(malformed, tcp=tcp)
    assert reply is not None
    assert (reply[:2], reply[3] & 15, reply[6:8]) == (malformed[:2], FORMERR, b"\x00\x00")
    assert served.asked("malformed.example") == 0
    assert served.ask(APEX, SOA, tcp=tcp).rr


@BOTH
@pytest.mark.parametrize("flags", [0x7800, 0x7FFF], ids=["opcode", "P010"])
def test_an_unknown_opcode_is_notimp(served: Served, flags: int, tcp: bool) -> None:
    # RFC 8906 section 8.1.4.
    reply = served.send(query(APEX, SOA, flags=flags), tcp=tcp)
    assert reply is not None
    assert (reply[2] & 0xF8, reply[3] & 15) == (0xF8, NOTIMP)


@BOTH
@pytest.mark.parametrize("opcode", [1, 2, 4, 5, 6])
def test_other_opcodes_are_never_forwarded(served: Served, opcode: int, tcp: bool) -> None:
    # NOTIFY, UPDATE, DSO (RFC 1996, 2136, 8490).
    reply = served.send(query(f"opcode{opcode}.example", flags=opcode << 11), tcp=tcp)
    assert reply is not None
    assert reply[3] & 15 == NOTIMP
    assert served.asked(f"opcode{opcode}.example") == 0


@BOTH
def test_p007_a_response_is_answered_by_nobody(served: Served, tcp: bool) -> None:
    # RFC 1035 section 7.3; two servers would answer each other for ever.
    assert served.is_silent_about(query(APEX, SOA, flags=0x8100), tcp=tcp)


@BOTH
def test_p017_octets_after_the_last_record_go_nowhere(served: Served, tcp: bool) -> None:
    name, after = f"trailing{tcp:d}.example", b"\xf0\xf1 no name has these \xf2\xf3"
    reply = served.send(query(name) + after, tcp=tcp)
    assert reply is not None
    assert reply[3] & 15 in (NOERROR, FORMERR)
    assert after not in reply
    assert all(after not in asked.packet for asked in served.upstream.asked(name))


def test_p030_no_datagram_is_fragmented(served: Served) -> None:
    # RFC 9715 section 3.1: 1232 octets, whatever the client would take.
    for count, fits in ((70, True), (90, False)):
        name = f"large{count}.example"
        served.upstream.on_both(name, saying(*(f"{name}. 60 A 9.9.{n}.1" for n in range(count))))
        for payload in (1232, 4096, 65_535):
            octets = served.send(query(name, edns=opt(payload)))
            assert octets is not None
            assert len(octets) <= 1232
            reply = read(octets)
            assert (reply.header.tc, len(reply.rr)) == ((0, count) if fits else (1, 0))
        assert len(served.ask(name, tcp=True).rr) == count


@BOTH
@pytest.mark.parametrize("name", [BLOCKED, "own.example", "localhost", "printer.local"])
def test_what_is_said_here_has_opt_as_it_was_asked(served: Served, name: str, tcp: bool) -> None:
    """P035 without (RFC 6891 section 7), P036 with (section 6.1.1)."""
    for _ in range(3):
        assert served.ask(name, tcp=tcp).ar == []
        assert len(opts(served.ask(name, edns=opt(), tcp=tcp))) == 1


@BOTH
@pytest.mark.parametrize(
    "qclass, qtype, name",
    [
        (3, TXT, "version.bind"),  # P049
        (3, TXT, "id.server"),
        (255, A, "any-class.example"),  # P050
        (254, A, "no-class.example"),
        (4, A, "hesiod.example"),
        (1, 252, "axfr.example"),  # P051
        (1, 251, "ixfr.example"),
    ],
)
def test_other_classes_and_transfers_are_refused(
    served: Served, qclass: int, qtype: int, name: str, tcp: bool
) -> None:
    for edns in (b"", opt()):
        reply = served.ask(name, qtype, qclass=qclass, edns=edns, tcp=tcp)
        assert (reply.header.rcode, reply.rr) == (REFUSED, [])
    assert served.asked(name) == 0


@BOTH
def test_without_recursion_only_what_is_decided_here(served: Served, tcp: bool) -> None:
    # RFC 1034 section 4.3.1: no recursion unless it is asked for; and nobody looks into the cache.
    served.ask("norecursion.example")
    before = len(served.upstream.log)
    for name, rcode in (
        ("norecursion.example", REFUSED),
        ("neverasked.example", REFUSED),
        (BLOCKED, NOERROR),
        ("localhost", NOERROR),
        ("printer.local", NXDOMAIN),
    ):
        reply = served.ask(name, flags=0, tcp=tcp)
        assert (reply.header.rcode, reply.header.rd, reply.header.ra) == (rcode, 0, 1)
    assert len(served.upstream.log) == before
