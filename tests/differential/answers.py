"""What the scripted upstream answers: a name says which script, and all else follows from it.

Rule: an answer depends on the question and its script alone, so that whoever asks, and however
often, is told the same. `q17.chain.diff.example` is answered by the script `chain`.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Final

from tests.support.packets import wire

ZONE: Final = wire("diff.example")
DATAGRAM: Final = 1232  # octets; what is larger is truncated, as both are told to take no more

TTLS: Final = (0, 1, 30, 300, 300, 3600, 86_400, 86_401, 2**31 - 1, 2**31, 2**32 - 1)


@dataclass(slots=True)
class Said:
    """A message in parts. `flags` has AA, RA and AD as the upstream sets them."""

    answers: list[bytes] = field(default_factory=list)
    authority: list[bytes] = field(default_factory=list)
    additional: list[bytes] = field(default_factory=list)
    rcode: int = 0
    flags: int = 0x8180
    trailing: bytes = b""
    truncated: bool = False  # over UDP; over TCP it is whole


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as a script sees it: `c3.q17.chain.diff.example` asks the script `chain` for what
    follows the third alias of `base`, q17.chain.diff.example. `random` is the same for all of q17.
    """

    name: bytes
    qtype: int
    random: Random
    do: bool = False
    script: str = ""
    base: bytes = b""
    step: int = 0


Script = Callable[[Asked], Said]


def rr(owner: bytes, rtype: int, content: bytes, ttl: int = 300, rclass: int = 1) -> bytes:
    return owner + struct.pack(">HHIH", rtype, rclass, ttl, len(content)) + content


def content(asked: Asked, rtype: int | None = None) -> bytes:
    """Data of the type that was asked for, of well-known types in their format."""
    random = asked.random
    host = random.choice((b"ns", b"mx", b"www"))
    name = bytes((len(host),)) + host + ZONE
    match asked.qtype if rtype is None else rtype:
        case 1:
            return bytes((198, 51, 100, random.randrange(1, 255)))
        case 28:
            return bytes.fromhex("20010db8") + random.randbytes(12)
        case 2 | 5 | 12:
            return name
        case 6:
            return name + b"\x04host" + ZONE + struct.pack(">5I", 1, 7200, 900, 86_400, 60)
        case 15:
            return struct.pack(">H", random.randrange(4)) + name
        case 16:
            text = random.randbytes(8).hex().encode()
            return bytes((len(text),)) + text
        case 33:
            return struct.pack(">3H", 1, 2, 443) + name
        case 43:
            return struct.pack(">HBB", random.randrange(65_536), 13, 2) + random.randbytes(32)
        case 48:
            return struct.pack(">HBB", 257, 3, 13) + random.randbytes(64)
        case 64 | 65:
            hint = b"\x00\x04\x00\x04" + bytes((198, 51, 100, 7))
            return b"\x00\x01\x00" + b"\x00\x01\x00\x03\x02h2" + hint
        case 257:
            return b"\x00\x05issueca.example"
    return random.randbytes(random.choice((1, 4, 40)))


def soa(zone: bytes, ttl: int = 300, minimum: int = 60) -> bytes:
    names = b"\x02ns" + ZONE + b"\x04host" + ZONE
    return rr(zone, 6, names + struct.pack(">5I", 1, 7200, 900, 86_400, minimum), ttl)


def signature(owner: bytes, rtype: int, ttl: int = 300) -> bytes:
    """Nobody checks it here."""
    times = struct.pack(">3IH", ttl, 1_900_000_000, 1_700_000_000, 4711)
    return rr(owner, 46, struct.pack(">HBB", rtype, 13, 3) + times + ZONE + bytes(64), ttl)


def message(packet: bytes, said: Said, *, stream: bool) -> bytes:
    """The response to a query; over UDP cut to a header, question and OPT when it is too large."""
    question = packet[12 : _end_of_question(packet)]
    extended = said.rcode >> 4
    record = b""
    if packet[11]:
        flags = packet[-4:-2] if packet[-2:] == b"\x00\x00" else b"\x00\x00"
        record = b"\x00\x00\x29\x04\xd0" + bytes((extended, 0)) + flags + b"\x00\x00"
    sections = b"".join((*said.answers, *said.authority, *said.additional))
    flags_of = said.flags | packet[2] << 8 & 0x0100 | packet[3] & 0x10 | said.rcode & 15
    counts = [len(said.answers), len(said.authority), len(said.additional) + bool(record)]
    whole = question + sections + record + said.trailing
    if not stream and (said.truncated or 12 + len(whole) > DATAGRAM):
        flags_of |= 0x0200
        if not said.truncated:
            counts, whole = [0, 0, int(bool(record))], question + record
    return packet[:2] + struct.pack(">5H", flags_of, 1, *counts) + whole


def asked_of(packet: bytes) -> Asked:
    end = _end_of_question(packet)
    name = packet[12 : end - 4].lower()
    qtype = int.from_bytes(packet[end - 4 : end - 2], "big")
    do = bool(packet[11]) and bool(packet[end + 7] & 0x80)
    labels = to_text(name).split(".")
    number, script = labels[-4:-2] if name.endswith(ZONE) and len(labels) > 3 else ("", "")
    first = labels[0] if len(labels) > 4 else ""
    step = int(first[1:]) if first[:1] == "c" and first[1:].isdigit() else 0
    random = Random(f"{number}/{qtype}")
    return Asked(name, qtype, random, do, script, wire(".".join(labels[-4:])), step)


def to_text(name: bytes) -> str:
    labels, at = [], 0
    while length := name[at]:
        labels.append(name[at + 1 : at + 1 + length].decode("latin-1"))
        at += length + 1
    return ".".join(labels)


def _end_of_question(packet: bytes) -> int:
    at = 12
    while packet[at]:
        at += packet[at] + 1
    return at + 5
