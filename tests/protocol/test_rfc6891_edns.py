"""RFC 6891 and RFC 9715: EDNS as a client may send it, and what of it comes back."""

from typing import Any

import pytest

from tests.support.packets import (
    FORMERR,
    NOERROR,
    NOTIMP,
    OPT,
    header,
    opt,
    option,
    query,
    question,
    read,
)
from tests.support.resolver import Resolver
from tests.support.rules import rule

COOKIE, KEEPALIVE, PADDING, SUBNET = 10, 11, 12, 8


def opt_of(reply: Any) -> Any:
    (record,) = [record for record in reply.ar if record.rtype == OPT]
    return record


def answering(count: int = 1) -> Resolver:
    resolver = Resolver(rule("blocked.example"))
    resolver.upstream_says(*(f"www.example.com. 300 IN A 192.0.2.{n}" for n in range(count)))
    return resolver


KINDS = pytest.mark.parametrize(
    "name", ["www.example.com", "fails.example", "blocked.example", "localhost"]
)


@KINDS
def test_opt_comes_back_when_it_was_sent(name: str) -> None:
    # Section 6.1.1.
    resolver = answering()
    for _ in range(3):
        reply = opt_of(resolver.ask(name, edns=opt()))
        assert (reply.rclass, reply.ttl, str(reply.rname)) == (1232, 0, ".")


@KINDS
def test_and_only_then(name: str) -> None:
    # Section 7.
    resolver = answering()
    for _ in range(3):
        assert resolver.ask(name).ar == []


@KINDS
def test_do_is_echoed(name: str) -> None:
    # RFC 3225 section 3.
    resolver = answering()
    for _ in range(3):
        assert opt_of(resolver.ask(name, edns=opt(do=True))).ttl == 0x8000
        assert opt_of(resolver.ask(name, edns=opt())).ttl == 0


def test_unknown_flags_are_not_echoed() -> None:
    # Section 6.1.4: Z is set to zero by senders and ignored by receivers.
    packet = bytearray(query(edns=opt()))
    packet[-4:-2] = b"\x7f\xff"
    assert opt_of(read(answering().send(bytes(packet)) or b"")).ttl == 0


@pytest.mark.parametrize("code", [3, COOKIE, KEEPALIVE, PADDING, SUBNET, 26, 100, 65_001])
def test_options_are_neither_echoed_nor_understood(code: int) -> None:
    # Section 6.1.2: an option that is not understood is ignored.
    reply = answering().ask(edns=opt(options=option(code, b"\x00\x01\x18\x00\xcb\x00\x71")))
    assert reply.header.rcode == NOERROR
    assert opt_of(reply).rdata == []


@pytest.mark.parametrize("payload", [0, 1, 100, 511])
def test_a_payload_below_512_is_512(payload: int) -> None:
    # Section 6.2.3.
    resolver = answering(count=26)  # 33 + 26 * 16 + 11 = 460 octets
    assert len(resolver.ask(edns=opt(payload)).rr) == 26
    resolver = answering(count=30)  # 524 octets
    assert resolver.ask(edns=opt(payload)).header.tc == 1
    assert len(resolver.last) <= 512


@pytest.mark.parametrize("payload", [1232, 1233, 4096, 65_535])
def test_no_datagram_exceeds_1232_octets(payload: int) -> None:
    # RFC 9715 section 3.1: what is not fragmented on any path.
    resolver = answering(count=74)  # 33 + 74 * 16 + 11 = 1228 octets
    assert len(resolver.ask(edns=opt(payload)).rr) == 74
    assert len(resolver.last) == 1228
    resolver = answering(count=75)
    assert resolver.ask(edns=opt(payload)).header.tc == 1


def test_a_truncated_reply_keeps_its_opt() -> None:
    # Section 7.
    resolver = answering(count=75)
    for _ in range(3):
        assert opt_of(resolver.ask(edns=opt(do=True))).ttl == 0x8000


def test_payload_is_of_no_concern_to_a_connection() -> None:
    resolver = answering(count=200)
    assert len(resolver.ask(edns=opt(512), tcp=True).rr) == 200
    assert len(resolver.ask(tcp=True).rr) == 200


def test_two_clients_with_different_payloads_share_an_answer_not_a_reply() -> None:
    resolver = answering(count=40)
    for _ in range(3):
        assert resolver.ask(edns=opt(512)).header.tc == 1
        assert len(resolver.ask(edns=opt(1232)).rr) == 40
    assert len(resolver.forwarded) == 1


@pytest.mark.parametrize("version", [1, 100, 255])
def test_a_version_above_zero_is_badvers(version: int) -> None:
    # Section 6.1.3: BADVERS is 16; its upper eight bits are in the OPT record.
    resolver = answering()
    reply = resolver.ask(edns=opt(version=version, do=True))
    record = opt_of(reply)
    assert (reply.header.rcode, record.ttl >> 24, record.ttl >> 16 & 255) == (0, 1, 0)
    assert (reply.rr, record.ttl & 0xFFFF, str(reply.q.qname)) == ([], 0x8000, "www.example.com.")
    assert resolver.forwarded == []


def additional(*extra: bytes) -> bytes:
    counts = (1, 0, 0, len(extra))
    return header(counts=counts) + question("www.example.com") + b"".join(extra)


TSIG_LIKE = b"\x03key\x00\x00\xfa\x00\xff\x00\x00\x00\x00\x00\x02\xab\xcd"
MALFORMED = {
    "two OPT records": additional(opt(), opt()),
    "two OPT records of different versions": additional(opt(), opt(version=1)),
    "an owner below the root": additional(opt(owner=b"\x03foo\x00")),
    "an owner by pointer": additional(opt(owner=b"\xc0\x0c")),
    "an owner by pointer to the root": additional(opt(owner=b"\xc0\x1c")),
    "data longer than the packet": additional(opt()[:-2] + b"\x00\x04"),
    "an option longer than the data": additional(opt(options=b"\x00\x0a\x00\x08abc")),
    "half an option": additional(opt(options=b"\x00\x0a\x00")),
    "a record cut short": additional(opt())[:-1],
    "no record": additional(opt())[:-11],
    "1,000 options": additional(opt(options=option(65_001) * 1000)),
    "16,000 options": additional(opt(options=option(65_001) * 16_000)),
}


@pytest.mark.parametrize("packet", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_opt_is_formerr(packet: bytes) -> None:
    # Sections 6.1.1 and 6.1.2.
    resolver = answering()
    reply = resolver.send(packet)
    assert reply is not None
    assert (reply[3] & 15, resolver.forwarded) == (FORMERR, [])
    assert resolver.send(packet, tcp=True) == reply
    # Section 7: with question and OPT, or it would say that EDNS is not understood.
    has_one = packet[12:] != question("www.example.com")
    assert reply[4:] == (refusal() if has_one else bytes(8))


def refusal(*, do: bool = False) -> bytes:
    """What it says after its flags."""
    return header(counts=(1, 0, 0, 1))[4:] + question("www.example.com") + opt(do=do)


@pytest.mark.parametrize("opcode", range(1, 16))
@pytest.mark.parametrize("do", [False, True])
def test_an_opcode_that_is_not_known_is_no_reason_to_leave_edns_out(opcode: int, do: bool) -> None:
    # Section 6.1.1; DO is copied: RFC 3225 section 3.
    packet = query(flags=opcode << 11 | 0x0100, edns=opt(do=do))
    reply = answering().send(packet)
    assert reply is not None
    assert reply[2:4] == bytes((0x81 | opcode << 3, 0x80 | NOTIMP))
    assert reply[4:] == refusal(do=do)


def test_a_query_with_some_options_is_served() -> None:
    assert len(answering().ask(edns=opt(options=option(65_001) * 60)).rr) == 1


def test_opt_need_not_be_the_only_additional_record() -> None:
    for packet in (additional(TSIG_LIKE, opt()), additional(opt(), TSIG_LIKE)):
        reply = read(answering().send(packet) or b"")
        assert (len(reply.rr), len(reply.ar)) == (1, 1)
    assert read(answering().send(additional(TSIG_LIKE)) or b"").ar == []
