"""RFC 1035: what a packet must be to get an answer, and what the others get."""

import pytest

from tests.support.packets import (
    FORMERR,
    NOTIMP,
    header,
    lines,
    query,
    question,
    wire,
)
from tests.support.resolver import Resolver
from tests.support.rules import rule

LABEL_63 = b"\x3f" + b"a" * 63
NAME_255 = LABEL_63 * 3 + b"\x3d" + b"b" * 61 + b"\x00"
NAME_256 = LABEL_63 * 3 + b"\x3e" + b"b" * 62 + b"\x00"

SILENCE = {
    "nothing": b"",
    "half a header": header()[:11],
    "a response": header(flags=0x8100) + question("www.example.com"),
    "a response with nothing in it": header(flags=0x8000, counts=(0, 0, 0, 0)),
    "a response with an opcode": header(flags=0xA800) + question("www.example.com"),
}

FORMAT_ERRORS = {
    "no question": header(counts=(0, 0, 0, 0)),
    "two questions": header(counts=(2, 0, 0, 0)) + question("a.example") + question("b.example"),
    "65,535 questions": header(counts=(65_535, 0, 0, 0)) + question("a.example"),
    "an answer in the query": header(counts=(1, 1, 0, 0)) + question("a.example"),
    "an authority in the query": header(counts=(1, 0, 1, 0)) + question("a.example"),
    "65,535 additional records": header(counts=(1, 0, 0, 65_535)) + question("a.example"),
    "an additional record that is not there": header(counts=(1, 0, 0, 1)) + question("a.example"),
    "a header alone": header(),
    "a name without an end": header() + b"\x03www\x07example",
    "a label that is longer than the packet": header() + b"\x3fwww\x00\x00\x01\x00\x01",
    "no type": header() + wire("www.example.com"),
    "half a class": (header() + question("www.example.com"))[:-1],
    "a pointer to itself": header() + b"\xc0\x0c\x00\x01\x00\x01",
    "a pointer to the header": header() + b"\x03www\xc0\x00\x00\x01\x00\x01",
    "a label of 64 octets": header() + b"\x40" + b"a" * 64 + b"\x00\x00\x01\x00\x01",
    "a label type of RFC 2673": header() + b"\x41\x01a\x00\x00\x01\x00\x01",
    "a name of 256 octets": header() + question(NAME_256),
    "a name of 600 octets": header() + question(LABEL_63 * 9 + b"\x17" + b"c" * 23 + b"\x00"),
}


@pytest.mark.parametrize("packet", SILENCE.values(), ids=SILENCE)
def test_no_header_or_a_response_is_never_answered(packet: bytes) -> None:
    # Section 7.3; answering responses is how two servers keep each other busy for ever.
    assert Resolver().send(packet) is None
    assert Resolver().send(packet, tcp=True) is None


@pytest.mark.parametrize("packet", FORMAT_ERRORS.values(), ids=FORMAT_ERRORS)
def test_a_readable_header_gets_formerr(packet: bytes) -> None:
    # Section 4.1.1: RCODE 1, "unable to interpret the query".
    resolver = Resolver()
    reply = resolver.send(packet)
    assert reply is not None
    assert reply[:2] == packet[:2]
    assert reply[2:] == bytes((0x81, 0x80 | FORMERR)) + bytes(8)  # QR RD, RA; no section
    assert resolver.forwarded == []


def test_names_and_labels_at_their_limits_are_asked() -> None:
    # Section 2.3.4: labels of 63 octets, names of 255.
    resolver = Resolver()
    resolver.ask(NAME_255)
    assert [asked.name for asked in resolver.forwarded] == [NAME_255]


def test_the_root_is_a_name() -> None:
    resolver = Resolver()
    resolver.ask(b"\x00", 2)
    assert [asked.name for asked in resolver.forwarded] == [b"\x00"]


@pytest.mark.parametrize("opcode", range(1, 16))
def test_opcodes_other_than_query_are_not_implemented(opcode: int) -> None:
    # Section 4.1.1; RFC 8906 section 3.1.4: answered, and with the opcode of the query.
    resolver = Resolver()
    packet = query(flags=opcode << 11 | 0x0100)
    reply = resolver.send(packet)
    assert reply == packet[:2] + bytes((0x81 | opcode << 3, 0x80 | NOTIMP)) + bytes(8)
    assert resolver.forwarded == []


def test_an_unknown_opcode_with_every_flag_set_is_not_implemented() -> None:
    reply = Resolver().send(query(flags=0x7FFF))
    assert reply is not None
    assert (reply[2] >> 3 & 15, reply[3] & 15) == (15, NOTIMP)


@pytest.mark.parametrize("flag", [0x0400, 0x0200, 0x0080, 0x0040, 0x0020], ids=hex)
def test_flags_of_a_response_in_a_query_are_ignored(flag: int) -> None:
    # Section 4.1.1: AA, TC and RA mean something in responses only, Z must be zero; RFC 8906
    # sections 3.1.3 and 3.2.2: the query is answered as if they were clear.
    resolver = Resolver()
    resolver.upstream_says("www.example.com. 300 IN A 192.0.2.1")
    reply = resolver.ask(flags=0x0100 | flag)
    assert [str(record.rdata) for record in reply.rr] == ["192.0.2.1"]
    assert (reply.header.aa, reply.header.tc, reply.header.ad, reply.header.z) == (0, 0, 0, 0)


def test_id_rd_and_question_are_copied_and_recursion_is_available() -> None:
    # Section 4.1.1.
    resolver = Resolver()
    resolver.upstream_says("www.example.com. 300 IN A 192.0.2.1", aa=1)
    for packet_id, rd in ((0, 1), (0xFFFF, 0)):
        reply = resolver.ask(packet_id=packet_id, flags=rd << 8)
        assert (reply.header.id, reply.header.rd) == (packet_id, rd)
        assert (reply.header.qr, reply.header.ra, reply.header.aa) == (1, 1, 0)
        assert str(reply.q) == ";www.example.com.               IN      A"


def test_octets_after_the_question_are_neither_forwarded_nor_returned() -> None:
    resolver = Resolver()
    resolver.upstream_says("www.example.com. 300 IN A 192.0.2.1")
    reply = resolver.send(query() + b"stray octets")
    assert reply is not None
    assert b"stray" not in reply
    assert b"stray" not in resolver.forwarded[0].question + resolver.forwarded[0].key


def test_a_reply_of_more_than_512_octets_is_truncated_without_edns() -> None:
    # Section 4.2.1.
    resolver = Resolver()
    resolver.upstream_says(*(f"www.example.com. 300 IN A 192.0.2.{n}" for n in range(40)))
    reply = resolver.ask()
    assert (reply.header.tc, reply.rr) == (1, [])
    assert len(resolver.last) <= 512
    assert len(resolver.ask(tcp=True).rr) == 40
    assert len(resolver.forwarded) == 1


def test_a_reply_of_exactly_512_octets_is_whole() -> None:
    resolver = Resolver()
    frame = len(query()) + 2 * (2 + 10)  # header and question; two records with pointer owners
    text = "x" * 255
    last = "y" * (512 - frame - 1 - 255 - 1)
    resolver.upstream_says(
        f'www.example.com. 300 IN TXT "{text}"', f'www.example.com. 300 IN TXT "{last}"'
    )
    reply = resolver.ask(qtype=16)
    assert (len(resolver.last), reply.header.tc, len(reply.rr)) == (512, 0, 2)
    resolver = Resolver()
    resolver.upstream_says(
        f'www.example.com. 300 IN TXT "{text}"', f'www.example.com. 300 IN TXT "{last}y"'
    )
    assert resolver.ask(qtype=16).header.tc == 1


def test_0x20_the_case_of_the_question_is_echoed() -> None:
    # draft-vixie-dnsext-dns0x20: in the question and, through its pointer, in the owner.
    resolver = Resolver()
    resolver.upstream_says("www.example.com. 300 IN A 192.0.2.1")
    for name in ("wWw.ExAmPlE.cOm", "WWW.EXAMPLE.COM", "www.example.com"):
        for _ in range(3):  # forwarded, from the answers, ready
            reply = resolver.ask(name)
            assert str(reply.q.qname) == f"{name}."
            assert str(reply.rr[0].rname) == f"{name}."
    assert len(resolver.forwarded) == 1


def test_an_owner_that_is_written_out_takes_the_clients_letters_too() -> None:
    # RFC 4343 section 4: those of the question to the upstream are noise; others are kept.
    name, target = b"\x04aAaA\x07ExAmPlE\x00", b"\x03WeB\xc0\x11"
    fixed = b"\x00\x05\x00\x01\x00\x00\x00\x3c"
    alias = name + fixed + len(target).to_bytes(2, "big") + target
    found = b"\x03WeB\x07example\x00" + b"\x00\x01" + fixed[2:] + b"\x00\x04\xc0\x00\x02\x01"
    message = header(flags=0x8180, counts=(1, 2, 0, 0)) + question(name) + alias + found
    resolver = Resolver()
    resolver.upstream_sends(message)
    for asked in ("aaaa.example", "AAAA.example"):
        for _ in range(3):
            assert lines(resolver.ask(asked).rr) == [
                f"{asked}. 60 CNAME WeB.example.",
                "WeB.example. 60 A 192.0.2.1",
            ]


def test_a_blocked_reply_echoes_the_case_too() -> None:
    resolver = Resolver(rule("example.com"))
    for name in ("wWw.ExAmPlE.cOm", "WWW.EXAMPLE.COM"):
        for _ in range(3):
            assert str(resolver.ask(name).rr[0].rname) == f"{name}."
