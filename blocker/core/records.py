"""Resource records inside a message: where each lies, and how to copy some of them into another
message.

Rule: a compression pointer goes strictly backwards and a name has at most 255 octets, so that no
message, however made, is walked longer than its own length (RFC 9267).
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from blocker.core.names import ROOT
from blocker.core.wire import HEADER

_FIXED = struct.Struct(">HHIH")  # type, class, TTL, length of the data: RFC 1035 section 3.2.1

# Types whose data may hold compressed names (RFC 3597 section 4): octets before the names, how
# many names.
NAMED = {
    **dict.fromkeys((2, 3, 4, 5, 7, 8, 9, 12, 39), (0, 1)),
    **dict.fromkeys((6, 14, 17), (0, 2)),
    **dict.fromkeys((15, 18, 21, 36), (2, 1)),
    26: (2, 2),
    33: (6, 1),
}


class BadRecord(ValueError):
    """The message breaks the format of RFC 1035 section 4.1."""


ALIEN = -1  # instead of a type: the record is of another class, and so answers no question of ours
SERVICE = (64, 65)

_ASKED = b"\xc0\x0c"  # a pointer to the question's name
_ADDRESS = (1, 28)
_IN = 1
_LARGEST = 0xFFFF  # octets of data
_PRIORITY = 2  # octets, before the name in the data of a service
_HINTS = {4: 4, 6: 16}  # ipv4hint and ipv6hint, and the octets of an address


@dataclass(slots=True)
class Record:
    """One record: its folded owner, and the offsets of its TTL, its data and its end in the
    message.
    """

    owner: bytes
    rtype: int
    ttl: int
    start: int
    ttl_at: int
    data: int
    end: int


def read(message: bytes, at: int, count: int, first: bytes) -> list[Record]:
    """`count` records from offset `at`; `first` is the name at offset 12. Raises BadRecord."""
    records = []
    size = len(message)
    unpack = _FIXED.unpack_from
    try:
        for _ in range(count):
            start = at
            if message[at] == 0xC0 and message[at + 1] == HEADER:
                owner = first
                at += 2
            else:
                owner, at = expand(message, at)
            rtype, rclass, ttl, length = unpack(message, at)
            end = at + 10 + length
            if end > size:
                raise BadRecord
            if rclass != _IN:
                rtype = ALIEN
            if ttl & 0x8000_0000:
                ttl = 0  # RFC 2181 section 8
            records.append(Record(owner, rtype, ttl, start, at + 4, at + 10, end))
            at = end
    except (IndexError, struct.error) as error:
        raise BadRecord from error
    return records


def expand(message: bytes, at: int) -> tuple[bytes, int]:
    """The folded name at an offset, uncompressed, and the offset after it. Raises BadRecord."""
    name, after = _spelled(message, at)
    return name.lower(), after


def _spelled(message: bytes, at: int) -> tuple[bytes, int]:
    """The same, in the letters that it is written in."""
    labels = bytearray()
    after = 0
    limit = at  # a pointer must lead to before the name, or the pointer, that it continues
    try:
        while length := message[at]:
            if length < 64:
                labels += message[at : at + 1 + length]
                at += 1 + length
            elif length >= 0xC0:
                target = (length & 0x3F) << 8 | message[at + 1]
                if target >= limit:
                    raise BadRecord
                after = after or at + 2
                at = limit = target
            else:
                raise BadRecord
            if len(labels) > 254 or at > len(message):
                raise BadRecord
    except IndexError as error:
        raise BadRecord from error
    return bytes(labels) + b"\x00", after or at + 1


def target(message: bytes, record: Record) -> bytes:
    """The folded name that a CNAME, DNAME, NS or PTR record's data holds."""
    name, after = expand(message, record.data)
    if after > record.end:
        raise BadRecord
    return name


def check(message: bytes, records: Iterable[Record]) -> None:
    """Raises BadRecord when a name in their data cannot be read, by us or by whoever gets it."""
    for record in records:
        if record.rtype in NAMED:
            _written_out(message, record)


def copy(
    message: bytes, records: Sequence[Record], asked: bytes = b""
) -> tuple[bytes, list[tuple[int, int]]]:
    """The records with every name written out, in the letters it has (RFC 4343 section 4), and the
    offset and value of each TTL in the copy. An owner that is `asked` points to the question, so
    that each client finds its own letters there. Raises BadRecord.
    """
    body = bytearray()
    ttls = []
    for record in records:
        body += _ASKED if record.owner == asked else _spelled(message, record.start)[0]
        ttls.append((len(body) + 4, record.ttl))
        content = _written_out(message, record)
        body += message[record.ttl_at - 4 : record.ttl_at + 4] + len(content).to_bytes(2) + content
    return bytes(body), ttls


def addresses(message: bytes, records: Sequence[Record]) -> Iterator[bytes]:
    """The packed addresses in A and AAAA records, and in the hints of SVCB and HTTPS (RFC 9460).
    A service that cannot be read leads nowhere.
    """
    for record in records:
        if record.rtype in _ADDRESS:
            yield message[record.data : record.end]
        elif record.rtype in SERVICE:
            with suppress(BadRecord):
                _, at = expand(message, record.data + _PRIORITY)
                yield from _hints(message[at : record.end])


def service_targets(message: bytes, records: Sequence[Record]) -> tuple[bytes, ...]:
    """The folded names that SVCB and HTTPS records lead to, other than their own (RFC 9460).

    Raises BadRecord.
    """
    found = []
    for record in records:
        if record.rtype in SERVICE and record.end - record.data > _PRIORITY:
            name, after = expand(message, record.data + _PRIORITY)
            if after > record.end:
                raise BadRecord
            if name not in (ROOT, record.owner):
                found.append(name)
    return tuple(found)


def _hints(parameters: bytes) -> Iterator[bytes]:
    at = 0
    while at + 4 <= len(parameters):
        key = parameters[at] << 8 | parameters[at + 1]
        start, at = at + 4, at + 4 + (parameters[at + 2] << 8 | parameters[at + 3])
        if size := _HINTS.get(key):
            for one in range(start, min(at, len(parameters)) - size + 1, size):
                yield parameters[one : one + size]


def _written_out(message: bytes, record: Record) -> bytes:
    content = message[record.data : record.end]
    if record.rtype not in NAMED:
        return content
    before, names = NAMED[record.rtype]
    at = record.data + before
    written = bytearray(content[:before])
    for _ in range(names):
        name, at = _spelled(message, at)
        written += name
    written += message[at : record.end]
    if at > record.end or len(written) > _LARGEST:
        raise BadRecord
    return bytes(written)
