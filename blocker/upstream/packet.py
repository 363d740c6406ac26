"""The query we send: our own id, flags and OPT record, and the question in letters of random case.

Rule: nothing of the client's packet goes out but the question, DO and CD. So no client option can:
those are hop by hop (RFC 6891 section 6.1.1), and ECS would tell the upstream who asked.
"""

import os
from typing import Final

from blocker.core.records import BadRecord, Record, read
from blocker.core.wire import AD, FORMERR, HEADER, NOTIMP, UDP_PAYLOAD, YXDOMAIN

# The last octet of Query.key says CD (1) and DO (2); these are indexed by it.
# RD is set, CD copied (RFC 6840 section 5.9), and AD asks to be told of what is authentic (5.7).
# One question; one additional record, the OPT.
HEAD: Final = tuple(bytes((1, AD | cd, 0, 1, 0, 0, 0, 0, 0, 1)) for cd in (0, 0x10, 0, 0x10))
HEAD_PLAIN: Final = tuple(bytes((1, cd, 0, 1, 0, 0, 0, 0, 0, 0)) for cd in (0, 0x10, 0, 0x10))
OPT: Final = tuple(
    b"\x00\x00\x29" + UDP_PAYLOAD.to_bytes(2, "big") + bytes((0, 0, do, 0, 0, 0))
    for do in (0, 0, 0x80, 0x80)
)

_LETTERS: Final = bytes(0x20 if 0x61 <= octet <= 0x7A else 0 for octet in range(256))
_DRAWN = 8192
_BLOCK = 128
_OPTION_HEAD = 4
_PADDING: Final = tuple(
    b"\x00\x0c" + room.to_bytes(2, "big") + bytes(room) for room in range(_BLOCK)
)
_PADDED_OPT: Final = tuple(
    tuple(opt[:-2] + len(padding).to_bytes(2, "big") + padding for padding in _PADDING)
    for opt in OPT
)
_AROUND_QUESTION: Final = HEADER + len(OPT[0]) + _OPTION_HEAD
_IDLE_FOR: Final = b"\x00\x0b\x00\x02"
_OPT_TYPE: Final = b"\x00\x29"
_DNAME: Final = 39
_TC: Final = 0x02
KEEPALIVE: Final = b"\x00\x0b\x00\x00"  # "how long may this connection idle?"


class Entropy:
    """Unpredictable octets, drawn from the kernel many at a time; each is given out once."""

    __slots__ = ("_at", "_drawn")

    def __init__(self) -> None:
        self._drawn = b""
        self._at = 0

    def take(self, count: int) -> bytes:
        """`count` octets, 512 at the most."""
        at = self._at
        end = self._at = at + count
        if end > len(self._drawn):
            self._drawn = os.urandom(_DRAWN)
            at, end = 0, count
            self._at = end
        return self._drawn[at:end]


def mixed_case(name: bytes, noise: bytes) -> bytes:
    """A folded wire name, the case of its letters drawn from `noise`, which is as long (0x20)."""
    letters = int.from_bytes(name.translate(_LETTERS), "big")
    flips = letters & int.from_bytes(noise, "big")
    return (int.from_bytes(name, "big") ^ flips).to_bytes(len(name), "big")


def compose(packet_id: bytes, shape: int, question: bytes, *, edns: bool) -> bytes:
    """The whole query; `shape` is the last octet of Query.key."""
    if edns:
        return packet_id + HEAD[shape] + question + OPT[shape]
    return packet_id + HEAD_PLAIN[shape] + question


def compose_padded(packet_id: bytes, shape: int, question: bytes) -> bytes:
    """`padded` of `compose`, in one go: most questions have no other option."""
    room = -(len(question) + _AROUND_QUESTION) % _BLOCK
    return packet_id + HEAD[shape] + question + _PADDED_OPT[shape][room]


def padded(message: bytes, options: bytes = b"") -> bytes:
    """A composed query with these options, filled up to a multiple of 128 octets (RFC 8467, 4.1).

    Its OPT record is the last and has no options yet.
    """
    room = -(len(message) + len(options) + _OPTION_HEAD) % _BLOCK
    return with_options(message, options + _PADDING[room])


def with_options(message: bytes, options: bytes) -> bytes:
    """A composed query with these options in its OPT record, which is the last and has none yet."""
    return message[:-2] + len(options).to_bytes(2, "big") + options


def keepalive_of(message: bytes, question: bytes) -> float | None:
    """How many seconds a server lets a connection idle, if it says so (RFC 7828 section 3.1)."""
    at = HEADER + len(question)
    try:
        records = read(message, at, _records_in(message), question[:-4])
    except BadRecord:
        return None
    for record in records:
        options = message[record.data : record.end] if _is_opt(message, record) else b""
        while len(options) >= _OPTION_HEAD:
            end = _OPTION_HEAD + int.from_bytes(options[2:4], "big")
            if options[:4] == _IDLE_FOR and len(options) >= end:
                return int.from_bytes(options[4:end], "big") / 10
            options = options[end:]
    return None


def aged(message: bytes, question: bytes, seconds: int) -> bytes:
    """The response with so many seconds less in every TTL."""
    at = HEADER + len(question)
    try:
        records = read(message, at, _records_in(message), question[:-4])
    except BadRecord:
        return message  # whoever reads the answer will find that out too
    changed = bytearray(message)
    for record in records:
        if not _is_opt(message, record):
            left = max(record.ttl - seconds, 0)
            changed[record.ttl_at : record.ttl_at + 4] = left.to_bytes(4, "big")
    return bytes(changed)


def _is_opt(message: bytes, record: Record) -> bool:
    """Its class is a size, so it is of no class that `read` knows."""
    return message[record.ttl_at - 4 : record.ttl_at - 2] == _OPT_TYPE


def _records_in(message: bytes) -> int:
    return sum(int.from_bytes(message[place : place + 2], "big") for place in (6, 8, 10))


def is_answer(message: bytes, question: bytes) -> bool:
    """Whether it is a whole response to a QUERY with our one question, in letters of any case."""
    to_the_letter = (
        message.startswith(question, HEADER)
        and message[2] & 0xFA == 0x80
        and message[4:6] == b"\x00\x01"
    )
    return to_the_letter or (
        is_response(message) and repeats(message, question) and not message[2] & _TC
    )


def is_response(message: bytes) -> bool:
    """Whether it is a response to a QUERY with one question."""
    return len(message) > HEADER and message[2] & 0xF8 == 0x80 and message[4:6] == b"\x00\x01"


def repeats(message: bytes, question: bytes) -> bool:
    """Whether its question is ours, whatever the case of the letters."""
    end = HEADER + len(question)
    return (
        message[HEADER : end - 4].lower() == question[:-4].lower()
        and message[end - 4 : end] == question[-4:]
    )


def rcode_of(message: bytes, question: bytes) -> int:
    """The rcode, with the upper bits of an OPT record that is all there is besides the question.

    BADVERS looks so: without those bits it would pass for NOERROR (RFC 6891 section 6.1.3).
    """
    at = HEADER + len(question)
    upper = (
        message[at + 5] if message[at : at + 3] == b"\x00\x00\x29" and len(message) > at + 5 else 0
    )
    return upper << 4 | message[3] & 0x0F


def is_too_long(message: bytes, question: bytes) -> bool:
    """YXDOMAIN with the DNAME by which the name gets too long (RFC 6672 section 2.2): an answer."""
    if message[3] & 0x0F != YXDOMAIN:
        return False
    count = int.from_bytes(message[6:8], "big")
    try:
        records = read(message, HEADER + len(question), count, question[:-4].lower())
    except BadRecord:
        return False
    return any(record.rtype == _DNAME for record in records)


def is_bare_refusal(message: bytes) -> bool:
    """FORMERR or NOTIMP without a question: so servers from before EDNS refuse it."""
    return (
        len(message) >= HEADER
        and message[2] & 0x80 != 0
        and message[3] & 0x0F in (FORMERR, NOTIMP)
        and message[4:6] == b"\x00\x00"
    )
