"""Whole messages of many kinds, made from a seed: what the mutator starts from.

Rule: all are valid, and together they touch every branch that reads a packet. Names point to each
other in every way that RFC 1035 section 4.1.4 allows.
"""

import struct
from random import Random
from typing import Final

from tests.support import packets
from tests.support.packets import wire

VICTIM: Final = b"\x06victim\x07example\x00"  # nobody asks for it while answers are forged
FORGED: Final = bytes((203, 0, 113, 66))  # what answers to other questions say it has

_POINTER = b"\xc0\x0c"  # to the question's name
_NAMES = (
    *("www.example.com", "a.b.c.d.e.f.g.h.example", "x" * 63 + ".example", "."),
    *("data.mistat.xiaomi.com", "update.miui.com", "tracking.intl.miui.com", "localhost"),
    *("4.3.2.10.in-addr.arpa", "printer.local", "_dns.resolver.arpa", "_sip._tcp.example.com"),
    *("mask.icloud.com", "1.0.0.127.in-addr.arpa", "XiAoMi.CoM", "test", "a.home.arpa"),
    ".".join(["y" * 61] * 4) + ".aaa",  # 254 octets
    ".".join("z" * 126),  # 127 labels, the root among them
)
_TYPES = (1, 1, 1, 28, 28, 65, 2, 5, 6, 12, 15, 16, 33, 35, 39, 43, 46, 48, 64, 255, 257, 1234)
_OPTIONS = (
    packets.option(3),  # NSID
    packets.option(8, b"\x00\x01\x18\x00\xc0\x00\x02"),  # client subnet
    packets.option(10, b"12345678"),  # cookie
    packets.option(11),  # keepalive
    packets.option(12, bytes(40)),  # padding
    packets.option(15, b"\x00\x0f"),  # extended error
    packets.option(26),  # structured errors
    packets.option(65_001, b"\xff" * 9),
)
_PARAMETERS = (
    b"\x00\x01\x00\x03\x02h2",
    b"\x00\x04\x00\x08" + bytes((192, 0, 2, 1, 198, 51, 100, 2)),
    b"\x00\x06\x00\x10" + bytes.fromhex("20010db8000000000000000000000001"),
)


def queries(random: Random, count: int) -> list[bytes]:
    """So many queries as clients send them, and a few that ask what only servers ask each other."""
    return [_query(random) for _ in range(count)]


def answer(random: Random, asked: bytes) -> bytes:
    """A response to the question `asked`, its id zero."""
    name, qtype = asked[:-4], int.from_bytes(asked[-4:-2], "big")
    kind = random.choice(_KINDS)
    answers, authority, additional = kind(random, name, qtype)
    rcode = 3 if kind is _nothing and random.random() < 0.5 else 0
    if random.random() < 0.5:
        additional = [*additional, packets.opt(1232, options=random.choice((b"", *_OPTIONS)))]
    flags = 0x8180 | random.choice((0, 0, 0, 0x0400, 0x0020, 0x0010)) | rcode
    counts = (1, len(answers), len(authority), len(additional))
    head = packets.header(packet_id=0, flags=flags, counts=counts)
    return head + asked + b"".join((*answers, *authority, *additional))


def plain_answer(packet: bytes, asked: bytes) -> bytes:
    """What the honest upstream says to a query: one record, an address beginning with 192.0.2.1."""
    size = 16 if asked[-4:-2] == b"\x00\x1c" else 4
    content = bytes((192, 0, 2, 1)).ljust(size, b"\x00")
    record = _record(_POINTER, int.from_bytes(asked[-4:-2], "big"), content, 60)
    return packet[:2] + b"\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00" + asked + record


def question_of(packet: bytes) -> bytes:
    """The question of a query that blocker made; it is always whole."""
    at = 12
    while packet[at]:
        at += packet[at] + 1
    return packet[12 : at + 5]


def _query(random: Random) -> bytes:
    name = wire(random.choice(_NAMES))
    if random.random() < 0.3:
        name = bytes((8,)) + random.randbytes(4).hex().encode() + wire("lab.example")
    extra = []
    if random.random() < 0.6:
        options = b"".join(random.sample(_OPTIONS, random.choice((0, 0, 1, 2, 8))))
        payload = random.choice((0, 512, 1232, 4096, 65_535))
        extra.append(packets.opt(payload, do=random.random() < 0.5, options=options))
    if random.random() < 0.05:  # TSIG, by its shape
        extra.append(_record(wire("key.example"), 250, bytes(30), 0, 255))
    flags = random.choice((0x0100, 0x0100, 0x0100, 0x0120, 0x0110, 0x0000, 0x2000, 0x2800))
    head = packets.header(flags=flags, counts=(1, 0, 0, len(extra)))
    asked = packets.question(name, random.choice(_TYPES), random.choice((1, 1, 1, 1, 3, 255)))
    return head + asked + b"".join(extra)


Sections = tuple[list[bytes], list[bytes], list[bytes]]


def _records(random: Random, name: bytes, qtype: int) -> Sections:
    content = [_content(random, qtype) for _ in range(random.choice((1, 1, 2, 8, 30)))]
    return [_record(_POINTER, qtype, each, _ttl(random)) for each in content], [], []


def _aliases(random: Random, name: bytes, qtype: int) -> Sections:
    """A chain, each alias's target an own name or a pointer; now and then it ends in itself."""
    owner, answers, at = _POINTER, [], 12 + len(name) + 4
    for step in range(random.choice((1, 2, 3, 11, 14))):
        target = (
            b"\x02c" + bytes((0x61 + step,)) + (_POINTER if step % 2 else wire("alias.example"))
        )
        answers.append(_record(owner, 5, target, _ttl(random)))
        owner = struct.pack(">H", 0xC000 | at + len(owner) + 10)
        at += len(answers[-1])
    answers.append(
        _record(owner, 5, _POINTER, 60)
        if random.random() < 0.2
        else _record(owner, qtype, _content(random, qtype), _ttl(random))
    )
    if random.random() < 0.2:
        random.shuffle(answers)  # pointers may now lead anywhere, as from careless servers
    return answers, [], []


def _nothing(random: Random, name: bytes, qtype: int) -> Sections:
    zone = random.choice((_POINTER, b"\x00", wire("example")))
    soa = zone + _POINTER + struct.pack(">5I", 1, 2, 3, 4, random.choice((0, 60, 2**32 - 1)))
    proof = _record(_POINTER, 47, wire("next.example") + b"\x00\x01\x40", 60)
    return [], [_record(zone, 6, soa, _ttl(random)), *([proof] * random.choice((0, 0, 2)))], []


def _poison(random: Random, name: bytes, qtype: int) -> Sections:
    """An answer, and in each section what was not asked for."""
    lie = _record(VICTIM, 1, FORGED, 86_400)
    servers = _record(b"\x07example\x00", 2, VICTIM, 86_400)
    honest = _record(_POINTER, qtype, _content(random, qtype), 60)
    return [honest, lie], [servers], [lie]


def _lame(random: Random, name: bytes, qtype: int) -> Sections:
    return [], [_record(b"\x00", 2, b"\x01a" + _POINTER, 3600)], []


_KINDS = (_records, _records, _records, _aliases, _aliases, _nothing, _poison, _lame)


def _content(random: Random, qtype: int) -> bytes:
    match qtype:
        case 1:
            return random.choice((b"\xc0\x00\x02", b"\x0a\x00\x00")) + random.randbytes(1)
        case 28:
            return random.choice((b"\x20\x01\x0d\xb8", b"\xfe\x80\x00\x00")) + random.randbytes(12)
        case 2 | 5 | 12 | 39:
            return random.choice((_POINTER, b"\x02ns" + _POINTER, wire("ns.example")))
        case 6:
            return _POINTER + b"\x01h" + _POINTER + struct.pack(">5I", 1, 2, 3, 4, 5)
        case 15:
            return b"\x00\x0a\x02mx" + _POINTER
        case 33:
            return bytes(6) + wire("server.example")
        case 46:
            return bytes(18) + wire("example") + random.randbytes(64)
        case 64 | 65:
            parameters = b"".join(random.sample(_PARAMETERS, random.randrange(4)))
            return b"\x00\x01" + random.choice((b"\x00", wire("svc.example"))) + parameters
    return random.randbytes(random.choice((0, 1, 20, 200)))


def _ttl(random: Random) -> int:
    return random.choice((0, 1, 60, 300, 86_400, 2**31 - 1, 2**31, 2**32 - 1))


def _record(owner: bytes, rtype: int, content: bytes, ttl: int, rclass: int = 1) -> bytes:
    return owner + struct.pack(">HHIH", rtype, rclass, ttl, len(content)) + content
