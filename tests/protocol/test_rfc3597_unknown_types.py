"""RFC 3597: what a resolver does not know it passes on, octet for octet."""

import pytest

from tests.support.packets import HTTPS, MX, SVCB, header, lines, query, question, read
from tests.support.resolver import Resolver

POINTER = b"\xc0\x0c"
TYPE1234 = 1234


def record(owner: bytes, rtype: int, content: bytes, ttl: int = 300) -> bytes:
    fixed = rtype.to_bytes(2, "big") + b"\x00\x01" + ttl.to_bytes(4, "big")
    return owner + fixed + len(content).to_bytes(2, "big") + content


def message(qtype: int, *answers: bytes, name: str = "www.example.com") -> bytes:
    counts = (1, len(answers), 0, 0)
    return header(flags=0x8180, counts=counts) + question(name, qtype) + b"".join(answers)


def test_data_of_an_unknown_type_is_identical_also_from_the_answers() -> None:
    # Section 3. The data looks like a compression pointer and must not be taken for one.
    content = b"\xde\xad\xbe\xef\xc0\x0c\x00\xff" * 8
    resolver = Resolver()
    resolver.upstream_sends(message(TYPE1234, record(POINTER, TYPE1234, content)))
    for _ in range(4):
        resolver.ask(qtype=TYPE1234)
        assert resolver.last[12:].endswith(content)
    resolver.wait(10)
    resolver.ask(qtype=TYPE1234)
    assert resolver.last.endswith(record(POINTER, TYPE1234, content, ttl=290))
    assert len(resolver.forwarded) == 1


def test_it_is_identical_when_strays_beside_it_are_dropped() -> None:
    # Section 4: data of unknown types is never decompressed.
    content = b"\xc0\x0c\x00\xff"
    stray = record(b"\x05stray\x00", 1, bytes(4))
    resolver = Resolver()
    resolver.upstream_sends(message(TYPE1234, stray, record(POINTER, TYPE1234, content)))
    for _ in range(3):
        resolver.ask(qtype=TYPE1234)
        assert resolver.last.endswith(b"\x04\xd2\x00\x01\x00\x00\x01\x2c\x00\x04" + content)
        assert b"stray" not in resolver.last


@pytest.mark.parametrize("content", [b"", bytes(range(256)) * 200], ids=["empty", "large"])
def test_unknown_data_of_any_length_is_kept(content: bytes) -> None:
    resolver = Resolver()
    resolver.upstream_sends(message(TYPE1234, record(POINTER, TYPE1234, content)))
    reply = resolver.send(query(qtype=TYPE1234), tcp=True)
    assert reply is not None
    assert reply.endswith(len(content).to_bytes(2, "big") + content)


def test_pointers_inside_known_types_still_find_their_names() -> None:
    # Section 4: MX and its like may be compressed; the client's question is as long as ours.
    resolver = Resolver()
    resolver.upstream_says(
        "www.example.com. 300 IN MX 10 mail.example.com.",
        "www.example.com. 300 IN MX 20 mail.www.example.com.",
    )
    for _ in range(3):
        assert lines(resolver.ask(qtype=MX).rr) == [
            "www.example.com. 300 MX 10 mail.example.com.",
            "www.example.com. 300 MX 20 mail.www.example.com.",
        ]


def test_pointers_into_dropped_records_are_written_out() -> None:
    # The name of the second MX lies in the stray before it, which the client never gets.
    stray = record(b"\x04mail\x07example\x03net\x00", 1, bytes(4))
    into_stray = (12 + len(question("www.example.com"))).to_bytes(2, "big")
    answer = record(POINTER, MX, b"\x00\x0a" + bytes((0xC0 | into_stray[0], into_stray[1])))
    resolver = Resolver()
    resolver.upstream_sends(message(MX, stray, answer))
    for _ in range(3):
        assert lines(resolver.ask(qtype=MX).rr) == ["www.example.com. 300 MX 10 mail.example.net."]


WWW = b"\x03www\x07example\x03com\x00"
NUMBERS = bytes(range(1, 21))


@pytest.mark.parametrize(
    "qtype, content, written",
    [
        (2, POINTER, WWW),
        (5, b"\x03web" + POINTER, b"\x03web" + WWW),
        (6, POINTER + b"\x04host" + POINTER + NUMBERS, WWW + b"\x04host" + WWW + NUMBERS),
        (12, POINTER, WWW),
        (15, b"\x00\x0a" + POINTER, b"\x00\x0a" + WWW),
        (17, POINTER + POINTER, WWW + WWW),
        (18, b"\x00\x01" + POINTER, b"\x00\x01" + WWW),
        (26, b"\x00\x01" + POINTER + POINTER, b"\x00\x01" + WWW + WWW),
        (33, b"\x00\x01\x00\x02\x00\x03" + POINTER, b"\x00\x01\x00\x02\x00\x03" + WWW),
        (39, POINTER, WWW),
    ],
)
def test_names_in_known_types_are_written_out(qtype: int, content: bytes, written: bytes) -> None:
    # Section 4, when a stray before them is dropped and offsets are no longer what they were.
    stray = record(b"\x05stray\x00", 1, bytes(4))
    resolver = Resolver()
    resolver.upstream_sends(message(qtype, stray, record(POINTER, qtype, content)))
    reply = resolver.send(query(qtype=qtype))
    assert reply is not None
    assert reply.endswith(record(POINTER, qtype, written))


@pytest.mark.parametrize("qtype", [HTTPS, SVCB])
@pytest.mark.parametrize(
    "content",
    [
        b"\x00\x01\x00" + b"\x00\x00\x00\x02\x00\x05\x00\x05\x00\x03ech\xff\x00\x00\x02\x12\x34",
        b"\x00\x00\x03web\x07example\x00",
        b"\x00\x00\x00",
    ],
    ids=["mandatory, ech and key 65280", "alias mode", "alias to nothing"],
)
def test_service_bindings_are_identical(qtype: int, content: bytes) -> None:
    # RFC 9460 sections 2.2 and 2.5.
    resolver = Resolver()
    answer = record(POINTER, qtype, content)
    resolver.upstream_sends(message(qtype, answer))
    for _ in range(3):
        reply = resolver.send(query(qtype=qtype))
        assert reply is not None
        assert reply.endswith(answer)


def test_unknown_types_are_asked() -> None:
    resolver = Resolver()
    for qtype in (666, 1000, TYPE1234, 65_280):
        resolver.ask(qtype=qtype)
    assert [asked.qtype for asked in resolver.forwarded] == [666, 1000, TYPE1234, 65_280]
    assert read(resolver.last).header.rcode == 2
