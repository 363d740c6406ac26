"""Header blocks of HTTP/2, decoded (HPACK, RFC 7541).

hpack has the tables; its decoder takes nibble by nibble, which for a question in a path is most of
what an answer costs. Here octets are taken, their steps remembered. Rule: a block is read in time
and memory linear in its length, and what it unfolds to has a bound.
"""

from typing import Final

from hpack.exceptions import HPACKDecodingError, OversizedHeaderListError
from hpack.huffman import HuffmanEncoder
from hpack.huffman_constants import REQUEST_CODES, REQUEST_CODES_LENGTH
from hpack.huffman_table import (
    HUFFMAN_COMPLETE,
    HUFFMAN_EMIT_SYMBOL,
    HUFFMAN_FAIL,
    HUFFMAN_TABLE,
)
from hpack.table import HeaderTable

from blocker.listen.doh import PATH

TABLE: Final = 4_096  # octets of a client's table, as it is unless we say otherwise
OVERHEAD: Final = 32  # octets that each field counts for besides its own (section 4.1)

Field = tuple[bytes, bytes]

_INDEXED, _INDEXING, _RESIZE = 0x80, 0x40, 0x20
_LONGEST_INTEGER: Final = 3  # continuation octets; no block here needs a number of 2**21


class Blocks:
    """The blocks of one connection, in their order; one unfolds to `most` octets at most."""

    def __init__(self, most: int) -> None:
        self.changed = False  # whether the last block has changed what later ones refer to
        self._most = most
        self._table = HeaderTable()

    def decode(self, block: bytes) -> list[Field]:
        """HPACKError when it cannot be, and later ones cannot either."""
        self.changed = False
        fields: list[Field] = []
        at, size, length = 0, 0, len(block)
        while at < length:
            octet = block[at]
            if octet & _INDEXED:
                index, at = _integer(block, at, 0x7F)
                field = self._table.get_by_index(index)
            elif not octet & _INDEXING and octet & _RESIZE:
                at = self._resize(block, at, first=not fields)
                continue
            else:
                indexing = octet & _INDEXING
                index, at = _integer(block, at, 0x3F if indexing else 0x0F)
                if index:
                    name = self._table.get_by_index(index)[0]
                else:
                    name, at = text(block, at)
                value, at = text(block, at)
                field = name, value
                if indexing:
                    self._table.add(name, value)
                    self.changed = True
            fields.append(field)
            size += len(field[0]) + len(field[1]) + OVERHEAD
            if size > self._most:
                raise OversizedHeaderListError
        return fields

    def _resize(self, block: bytes, at: int, *, first: bool) -> int:
        """Only at the beginning of a block (section 4.2)."""
        size, at = _integer(block, at, 0x1F)
        if size > TABLE or not first:
            raise HPACKDecodingError
        self._table.maxsize = size
        self.changed = True
        return at


def _integer(block: bytes, at: int, mask: int) -> tuple[int, int]:
    """A number in the low bits, and where it ends (section 5.1)."""
    number = block[at] & mask
    at += 1
    if number < mask:
        return number, at
    for shift in range(0, 7 * _LONGEST_INTEGER, 7):
        if at >= len(block):
            break
        octet = block[at]
        at += 1
        number += (octet & 0x7F) << shift
        if not octet & 0x80:
            return number, at
    raise HPACKDecodingError


def text(block: bytes, at: int) -> tuple[bytes, int]:
    """A string, and where it ends (section 5.2)."""
    if at >= len(block):
        raise HPACKDecodingError
    coded = block[at] & 0x80
    length, at = _integer(block, at, 0x7F)
    end = at + length
    if end > len(block):
        raise HPACKDecodingError
    said = block[at:end]
    return (huffman(said) if coded else said), end


def huffman(coded: bytes) -> bytes:
    """A string in Huffman's code (section 5.2); HPACKDecodingError when it is none."""
    state, ends = _START, True
    decoded = []
    if coded.startswith(_COMMON):
        coded = coded[len(_COMMON) :]
        state, emitted, ends = _AFTER_COMMON
        decoded.append(emitted)
    for octet in coded:
        step = state.steps[octet]
        if step is None:
            step = state.learn(octet)
        state, emitted, ends = step
        decoded.append(emitted)
    if not ends:
        raise HPACKDecodingError
    return b"".join(decoded)


class _State:
    """Where the code stands between two octets. Steps are learnt as they occur: few do."""

    __slots__ = ("_number", "steps")

    def __init__(self, number: int) -> None:
        self._number = number
        # By octet: the next state, what is emitted, whether the text may end here.
        self.steps: list[tuple[_State, bytes, bool] | None] = [None] * 256

    def learn(self, octet: int) -> "tuple[_State, bytes, bool]":
        """Both nibbles at once."""
        at, emitted, flags = self._number, b"", 0
        for nibble in (octet >> 4, octet & 15):
            at, flags, symbol = HUFFMAN_TABLE[at * 16 + nibble]
            if flags & HUFFMAN_FAIL:
                raise HPACKDecodingError
            if flags & HUFFMAN_EMIT_SYMBOL:
                emitted += bytes((symbol,))
        to = _STATES.setdefault(at, _State(at))
        step = self.steps[octet] = to, emitted, bool(flags & HUFFMAN_COMPLETE)
        return step


def _common() -> tuple[bytes, tuple[_State, bytes, bool]]:
    """The whole octets that a GET's path begins with, and where the code stands after them."""
    coder = HuffmanEncoder(REQUEST_CODES, REQUEST_CODES_LENGTH)
    coded = coder.encode(PATH + b"?dns=")[:-1]
    state, emitted, ends = _START, b"", True
    for octet in coded:
        state, more, ends = state.learn(octet)
        emitted += more
    return coded, (state, emitted, ends)


_START: Final = _State(0)
_STATES: Final = {0: _START}
_COMMON, _AFTER_COMMON = _common()
