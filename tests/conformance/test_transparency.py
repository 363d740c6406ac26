"""What passes through, octet for octet, and what must not: types and data unknown here (RFC 3597),
services (RFC 9460), flags (RFC 4035, 6840), options (RFC 6891), and what is too large (RFC 2181).
"""

import pytest

from tests.conformance.serving import BLOCKED, Served
from tests.support.packets import (
    ANY,
    HINFO,
    HTTPS,
    NOERROR,
    SERVFAIL,
    SVCB,
    TXT,
    opt,
    option,
    query,
    wire,
)
from tests.support.steps import saying, sending

RD, AD, CD = 0x0100, 0x0020, 0x0010
BOTH = pytest.mark.parametrize("tcp", [False, True], ids=["udp", "tcp"])


def with_length(octets: bytes) -> bytes:
    """As the end of a record (RFC 1035 section 4.1.3)."""
    return len(octets).to_bytes(2, "big") + octets


@BOTH
@pytest.mark.parametrize("octets", ["deadbeef", "", "00", "c00c", "ff" * 400])
def test_p042_unknown_data_stays_as_it_is(served: Served, octets: str, tcp: bool) -> None:
    # RFC 3597 section 5; what looks like a pointer is none there.
    name = f"unknown{len(octets)}{octets[:2]}{tcp:d}.example"
    served.upstream.on(name, sending("01" + octets, octets))
    known = 0
    for _ in range(3):  # forwarded, cached, ready
        reply = served.send(query(name, 1234, edns=opt()), tcp=tcp)
        known = known or served.asked(name)
        assert reply is not None
        assert with_length(b"\x01" + bytes.fromhex(octets)) in reply
        assert reply.endswith(with_length(bytes.fromhex(octets)) + opt())
    assert served.asked(name) == known


# Priority, target, and parameters by number: alpn=h2, ipv4hint, ech, and one that nobody knows.
SERVICES = {
    "P080": "0001000000000400010005000100030268320005000400fe0dffff0000030a0b0c",
    "P081 dot": "000100000100030268320003000201bb",
    "P081 alias": "0000" + wire("target.services.example").hex(),
    "P081 alias to none": "000000",
}


@pytest.mark.parametrize("qtype", [HTTPS, SVCB])
@pytest.mark.parametrize("octets", SERVICES.values(), ids=SERVICES)
def test_a_service_stays_as_it_is(served: Served, octets: str, qtype: int) -> None:
    # RFC 9460 sections 2.2 and 2.5.
    name = f"s{len(octets)}t{qtype}.services.example"
    served.upstream.on(name, sending(octets))
    known = 0
    for tcp in (False, False, True):
        reply = served.send(query(name, qtype), tcp=tcp)
        known = known or served.asked(name)
        assert reply is not None
        assert reply.endswith(with_length(bytes.fromhex(octets)))
    assert served.asked(name) == known


@BOTH
@pytest.mark.parametrize(
    "content",
    [
        "1 . ipv4hint=198.51.100.66",
        "1 . ipv4hint=9.9.9.9,198.51.100.66",
        "1 svc.hinted.example. alpn=h2",
        "0 hinted.example.",
    ],
)
def test_p079_where_a_service_leads_is_looked_at(served: Served, content: str, tcp: bool) -> None:
    # A hint in a blocked network, or a name that is blocked: no answer, as for an address.
    name = f"hint{len(content)}{tcp:d}.example"
    served.upstream.on_both(name, saying(f"{name}. 60 IN HTTPS {content}"))
    for _ in range(3):
        reply = served.ask(name, HTTPS, tcp=tcp)
        assert (reply.header.rcode, reply.rr, len(reply.auth)) == (NOERROR, [], 1)


@pytest.mark.parametrize(
    "sent, got",
    [
        pytest.param({"aa": 1}, {"aa": 0}, id="P053"),
        pytest.param({"ra": 0}, {"ra": 1}, id="P054"),
        pytest.param({"ad": 1}, {"ad": 0}, id="ad in clear text"),  # RFC 4035 section 4.9.3
        pytest.param({"rd": 0}, {"rd": 1}, id="rd"),
    ],
)
def test_flags_of_an_upstream(served: Served, sent: dict[str, int], got: dict[str, int]) -> None:
    name = "flag{}{}.example".format(*next(iter(sent.items())))
    served.upstream.on(name, saying(f"{name}. 60 IN A 9.9.9.9", flags=sent))
    for _ in range(3):
        header = served.ask(name, flags=RD | AD, edns=opt(do=True)).header
        assert {flag: getattr(header, flag) for flag in got} == got


def test_do_and_cd_go_upstream_and_answers_are_kept_apart(served: Served) -> None:
    # RFC 6840 section 5.9: what is bogus to others was not to who asked with CD.
    name = "kept-apart.example"
    for _ in range(2):
        for flags in (RD, RD | CD):
            for edns in (b"", opt(), opt(do=True)):
                assert served.ask(name, flags=flags, edns=edns).header.cd == (flags & CD) >> 4
    sent = [
        (asked.packet[3] & CD, asked.packet[-4] & 0x80) for asked in served.upstream.asked(name)
    ]
    assert set(sent) == {(0, 0), (0, 0x80), (CD, 0), (CD, 0x80)}


def test_no_option_of_a_client_goes_further(served: Served) -> None:
    # RFC 6891 section 6.1.1, RFC 7871 section 7.1.2: hop by hop, and who asks is nobody's business.
    options = b"".join(
        option(code, content)
        for code, content in (
            (3, b""),
            (8, b"\x00\x01\x18\x00\xcb\x00\x71"),
            (10, b"SECRETOF"),
            (12, bytes(20)),
            (15, b"\x00\x00"),
            (26, b""),
            (65_001, b"SECRET"),
        )
    )
    for tcp in (False, True):
        name = f"options{tcp:d}.example"
        reply = served.ask(name, edns=opt(4096, options=options), tcp=tcp)
        assert [record.rdata for record in reply.ar] == [[]]
        packets = [asked.packet for asked in served.upstream.asked(name)]
        assert packets
        assert all(packet.endswith(opt(1232)) for packet in packets)


def test_nor_does_one_of_an_upstream_come_back(served: Served) -> None:
    name = "theirs.example"
    theirs = opt(4096, do=True, options=option(3, b"NSID") + option(10, bytes(16)))
    served.upstream.on(name, saying(f"{name}. 60 IN A 9.9.9.9", opt=theirs))
    for _ in range(3):
        (record,) = served.ask(name, edns=opt()).ar
        assert (record.rclass, record.ttl, record.rdata) == (1232, 0, [])


def test_p039_what_did_not_fit_comes_over_tcp_whole(served: Served) -> None:
    name = "cut.example"
    served.upstream.on(name, "truncated")
    served.upstream.on_tcp(name, saying(*(f"{name}. 60 IN A 9.9.9.{n}" for n in range(20))))
    known = 0
    for _ in range(3):
        assert len(served.ask(name, edns=opt()).rr) == 20
        known = known or served.asked(name)
    assert served.asked(name) == known


def test_p040_what_did_not_fit_and_does_not_come_is_no_answer(served: Served) -> None:
    name = "cut-off.example"
    served.upstream.on(name, "truncated")
    served.upstream.on_tcp(name, "close")
    reply = served.ask(name)
    assert (reply.header.rcode, reply.rr) == (SERVFAIL, [])


def test_any_is_answered_with_little_and_asked_of_nobody(served: Served) -> None:
    """W020: also when more is known. RFC 8482 section 4.2."""
    served.ask("any.example")
    before = len(served.upstream.log)
    for name in ("any.example", "any-other.example"):
        reply = served.ask(name, ANY)
        assert [record.rtype for record in reply.rr] == [HINFO]
        assert len(reply.pack()) < 2 * len(query(name, ANY))
    assert len(served.upstream.log) == before


def test_w019_a_reply_has_what_was_asked_for_and_no_more(served: Served) -> None:
    name, soa = "minimal.example", "example. 300 IN SOA ns. host. 1 2 3 4 60"
    servers = ["example. 300 IN NS ns.example."]
    beside = ["ns.example. 300 IN A 9.9.9.9", "bank.example. 300 IN A 9.9.9.9"]
    positive = saying(f"{name}. 60 IN A 9.9.9.1", authority=servers, additional=beside)
    served.upstream.on(name, positive)
    for other, rcode in ((f"no.{name}", 0), (f"not.{name}", 3)):
        negative = saying(authority=[*servers, soa], additional=beside, rcode=rcode)
        served.upstream.on(other, negative)
    for _ in range(3):
        reply = served.ask(name)
        assert (len(reply.rr), reply.auth, reply.ar) == (1, [], [])
        for other, rcode in ((f"no.{name}", 0), (f"not.{name}", 3)):
            reply = served.ask(other)
            assert (reply.header.rcode, reply.rr, reply.ar) == (rcode, [], [])
            assert [record.rtype for record in reply.auth] == [6]
    assert str(served.ask("bank.example").rr[0].rdata) == "192.0.2.80"
    assert served.asked("bank.example")


@pytest.mark.parametrize("name", [BLOCKED, "own.example"])
def test_a_blocked_name_is_blocked_for_every_type(served: Served, name: str) -> None:
    """What A denies, HTTPS and SVCB do too; and none is asked of anybody."""
    for qtype in (HTTPS, SVCB, TXT, 15, 1234):
        reply = served.ask(name, qtype)
        assert (reply.header.rcode, reply.rr, len(reply.auth)) == (NOERROR, [], 1)
        assert (reply.header.aa, reply.header.ra, reply.header.ad) == (0, 1, 0)
    assert served.asked(name) == 0
