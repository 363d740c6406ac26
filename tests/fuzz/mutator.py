"""Breaks messages, knowing where their parts lie.

Rule: the same seed breaks the same messages the same way. One to four things are wrong with a
message, or nothing; most often a length, a pointer or a count, for that is what parsers trust.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Final

HEADER: Final = 12
_COUNTS = (4, 6, 8, 10)  # of questions, answers, authorities and additional records
_EDGES = (0, 1, 2, 11, 12, 63, 64, 127, 128, 191, 192, 193, 254, 255)
_WIDE_EDGES = (0, 1, 2, 11, 255, 256, 4095, 32_767, 32_768, 65_534, 65_535)


@dataclass(slots=True)
class Layout:
    """Offsets: of the octets that start a label or a pointer, of records' fixed parts, of lengths
    of EDNS options.
    """

    labels: list[int] = field(default_factory=list)
    records: list[int] = field(default_factory=list)
    options: list[int] = field(default_factory=list)


class Mutator:
    """`mutated` breaks one message after the other; `others` are what is spliced in."""

    def __init__(self, random: Random, others: list[bytes]) -> None:
        self._random = random
        self._others = others
        self._ways: tuple[Callable[[bytearray, Layout, int], None], ...] = (
            *(self._flip, self._edge, self._noise, self._cut, self._extend, self._drop),
            *(self._double, self._splice, self._count, self._count, self._flags, self._label),
            *(self._label, self._pointer, self._pointer, self._loop, self._length, self._length),
            *(self._kind, self._ttl, self._option, self._options, self._letters, self._long_name),
        )

    def mutated(self, message: bytes, keep: int = 0) -> bytes:
        """The message, broken; its first `keep` octets stay, but for flags and counts."""
        random = self._random
        broken, layout = bytearray(message), layout_of(message)
        for _ in range(random.choice((0, 1, 1, 1, 2, 2, 3, 4))):
            random.choice(self._ways)(broken, layout, keep)
        return bytes(broken)

    def _at(self, broken: bytearray, keep: int) -> int:
        """Somewhere in it; its end when there is nothing else."""
        return self._random.randrange(keep, len(broken)) if len(broken) > keep else len(broken)

    def _part(self, parts: list[int], size: int, broken: bytearray, keep: int) -> int:
        """One of these parts, as far as it is still there; -1 when none is."""
        at = self._random.choice(parts) if parts else -1
        return at if keep <= at <= len(broken) - size else -1

    def _flip(self, broken: bytearray, layout: Layout, keep: int) -> None:
        if (at := self._at(broken, keep)) < len(broken):
            broken[at] ^= 1 << self._random.randrange(8)

    def _edge(self, broken: bytearray, layout: Layout, keep: int) -> None:
        if (at := self._at(broken, keep)) < len(broken):
            broken[at] = self._random.choice(_EDGES)

    def _noise(self, broken: bytearray, layout: Layout, keep: int) -> None:
        at = self._at(broken, keep)
        end = min(len(broken), at + self._random.randrange(1, 16))
        broken[at:end] = self._random.randbytes(end - at)

    def _cut(self, broken: bytearray, layout: Layout, keep: int) -> None:
        del broken[self._at(broken, keep) :]

    def _extend(self, broken: bytearray, layout: Layout, keep: int) -> None:
        size = self._random.choice((1, 2, 11, 12, 100, 100, 500, 4_000))
        broken += self._random.randbytes(size) if self._random.random() < 0.5 else bytes(size)

    def _drop(self, broken: bytearray, layout: Layout, keep: int) -> None:
        at = self._at(broken, keep)
        del broken[at : at + self._random.randrange(1, 12)]

    def _double(self, broken: bytearray, layout: Layout, keep: int) -> None:
        at = self._at(broken, keep)
        broken[at:at] = broken[at : at + self._random.randrange(1, 40)]

    def _splice(self, broken: bytearray, layout: Layout, keep: int) -> None:
        other = self._random.choice(self._others)
        broken[self._at(broken, keep) :] = other[self._random.randrange(len(other)) :]

    def _count(self, broken: bytearray, layout: Layout, keep: int) -> None:
        at = self._random.choice(_COUNTS)
        if len(broken) >= HEADER:
            said = struct.unpack_from(">H", broken, at)[0]
            near = (max(said - 1, 0), min(said + 1, 65_535), 255, 256, 65_535, 0)
            struct.pack_into(">H", broken, at, self._random.choice(near))

    def _flags(self, broken: bytearray, layout: Layout, keep: int) -> None:
        if len(broken) >= HEADER:
            broken[self._random.choice((2, 3))] ^= 1 << self._random.randrange(8)

    def _label(self, broken: bytearray, layout: Layout, keep: int) -> None:
        if (at := self._part(layout.labels, 1, broken, keep)) >= 0:
            broken[at] = self._random.choice((*_EDGES, broken[at] ^ 1, min(broken[at] + 1, 255)))

    def _pointer(self, broken: bytearray, layout: Layout, keep: int) -> None:
        """To itself, ahead, into the header, to its own second octet, or into the wild."""
        if (at := self._part(layout.labels, 2, broken, keep)) >= 0:
            wild = self._random.randrange(0x4000)
            to = self._random.choice((at, at + 2, at + 1, 0, 2, HEADER, len(broken), wild))
            struct.pack_into(">H", broken, at, 0xC000 | to & 0x3FFF)

    def _loop(self, broken: bytearray, layout: Layout, keep: int) -> None:
        """Two names that point to each other, or a long staircase of pointers."""
        first = self._part(layout.labels, 2, broken, keep)
        second = self._part(layout.labels, 2, broken, keep)
        if first >= 0 and second >= 0 and self._random.random() < 0.7:
            struct.pack_into(">H", broken, first, 0xC000 | second & 0x3FFF)
            struct.pack_into(">H", broken, second, 0xC000 | first & 0x3FFF)
        elif len(broken) < 0x3000:
            stairs = range(len(broken), len(broken) + 2 * self._random.choice((2, 130, 600)), 2)
            broken += b"\x00\x00"
            for step in stairs:
                broken += struct.pack(">H", 0xC000 | step)
            if first >= 0:
                struct.pack_into(">H", broken, first, 0xC000 | stairs[-1])

    def _length(self, broken: bytearray, layout: Layout, keep: int) -> None:
        """Of a record's data."""
        if (at := self._part(layout.records, 10, broken, keep)) >= 0:
            said = struct.unpack_from(">H", broken, at + 8)[0]
            near = (max(said - 1, 0), min(said + 1, 65_535), *_WIDE_EDGES)
            struct.pack_into(">H", broken, at + 8, self._random.choice(near))

    def _kind(self, broken: bytearray, layout: Layout, keep: int) -> None:
        """Of a record: its type or class."""
        if (at := self._part(layout.records, 10, broken, keep)) >= 0:
            kind = self._random.choice((1, 2, 5, 6, 15, 33, 39, 41, 41, 46, 47, 64, 65, 250, 255))
            struct.pack_into(">H", broken, at + self._random.choice((0, 0, 0, 2)), kind)

    def _ttl(self, broken: bytearray, layout: Layout, keep: int) -> None:
        if (at := self._part(layout.records, 10, broken, keep)) >= 0:
            ttl = self._random.choice((0, 1, 2**31 - 1, 2**31, 2**32 - 1, 0x00010000, 0x8000))
            struct.pack_into(">I", broken, at + 4, ttl)

    def _option(self, broken: bytearray, layout: Layout, keep: int) -> None:
        """The length of an EDNS option."""
        if (at := self._part(layout.options, 2, broken, keep)) >= 0:
            struct.pack_into(">H", broken, at, self._random.choice(_WIDE_EDGES))

    def _options(self, broken: bytearray, layout: Layout, keep: int) -> None:
        """One more OPT record at the end, with very many options, or with half a one."""
        count = self._random.choice((0, 1, 63, 64, 65, 300))
        options = b"\xfd\xe9\x00\x00" * count + b"\x00" * self._random.choice((0, 0, 1, 3))
        broken += (
            b"\x00\x00\x29\x04\xd0\x00\x00\x00\x00" + struct.pack(">H", len(options)) + options
        )
        if len(broken) >= HEADER and self._random.random() < 0.7:
            broken[11] = (broken[11] + 1) & 255

    def _letters(self, broken: bytearray, layout: Layout, keep: int) -> None:
        """Another name: every octet of a label is drawn anew."""
        at = self._part(layout.labels, 2, broken, keep)
        if at >= 0 and broken[at] < 64:
            end = min(at + 1 + broken[at], len(broken))
            broken[at + 1 : end] = self._random.randbytes(end - at - 1)

    def _long_name(self, broken: bytearray, layout: Layout, keep: int) -> None:
        """More labels than a name may have, or more octets."""
        if (at := self._part(layout.labels, 1, broken, keep)) >= 0:
            size = self._random.choice((1, 1, 63))
            label = bytes((size,)) + b"a" * size
            broken[at:at] = label * self._random.choice((1, 3, 4, 126, 127, 128))


def layout_of(message: bytes) -> Layout:
    """Where the parts of a valid message lie; of any other, as far as it can be read."""
    layout = Layout()
    try:
        counts = struct.unpack_from(">4H", message, 4)
        at = HEADER
        for _ in range(counts[0]):
            at = _name(message, at, layout) + 4
        for _ in range(sum(counts[1:])):
            at = _record(message, _name(message, at, layout), layout)
    except (IndexError, struct.error):
        pass
    return layout


def _name(message: bytes, at: int, layout: Layout) -> int:
    while True:
        layout.labels.append(at)
        length = message[at]
        if length >= 64:
            return at + 2
        at += 1 + length
        if not length:
            return at


def _record(message: bytes, at: int, layout: Layout) -> int:
    layout.records.append(at)
    rtype, length = struct.unpack_from(">H6xH", message, at)
    end: int = at + 10 + length
    if rtype in (2, 5, 6, 12, 39):
        _name(message, at + 10, layout)
    elif rtype == 41:
        option = at + 10
        while option + 4 <= end:
            layout.options.append(option + 2)
            option += 4 + struct.unpack_from(">H", message, option + 2)[0]
    return end
