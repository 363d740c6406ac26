"""What a query over a connection asks of its reply beside the answer: padding, and how long the
connection is kept.

Rule: a reply gets these options only when the query had them, and padding only where nobody on the
way can read it anyway (RFC 8467 section 4).
"""

from typing import Final

from blocker.core.wire import HEADER, KEEPALIVE, OPT, UDP_PAYLOAD

PADDING: Final = 12  # RFC 7830
BLOCK: Final = 468  # octets; RFC 8467 section 4.1
LARGEST_PADDED: Final = 65_535 // BLOCK * BLOCK

KEPT: Final = 1  # wishes, to be added up
PADDED: Final = 2

_BARE = b"\x00\x00\x29"  # an OPT record's name and type
_HEAD = _BARE + UDP_PAYLOAD.to_bytes(2, "big")  # as ours begin


def wishes(packet: bytes) -> int:
    """Of a query: KEPT, PADDED, both or 0. What is malformed wishes for nothing."""
    if (packet[-11:-8] == _BARE and packet[-2:] == b"\x00\x00") or packet[10:12] == b"\x00\x00":
        return 0  # nearly all: an OPT record without options, or none
    try:
        return _wishes(packet)
    except IndexError:
        return 0


def granted(reply: bytes, wished: int, seconds: float) -> bytes:
    """The reply with what was wished for; `seconds` is how long an idle connection is kept."""
    at = reply.rfind(_HEAD)  # our OPT record is a reply's last
    if at < 0 or at + 11 + (reply[at + 9] << 8 | reply[at + 10]) != len(reply):
        return reply
    options = b""
    if wished & KEPT:  # in units of 100 ms (RFC 7828 section 3.1)
        options = b"\x00\x0b\x00\x02" + int(seconds * 10).to_bytes(2, "big")
    if wished & PADDED:
        size = len(reply) + len(options) + 4
        if size <= LARGEST_PADDED:
            fill = -size % BLOCK
            options += b"\x00\x0c" + fill.to_bytes(2, "big") + bytes(fill)
    length = len(reply) - at - 11 + len(options)
    return reply[: at + 9] + length.to_bytes(2, "big") + reply[at + 11 :] + options


def _wishes(packet: bytes) -> int:
    at = HEADER
    while length := packet[at]:
        at += length + 1
    at += 5
    for _ in range(packet[11]):  # a query has fewer than 256 records, or is malformed
        while length := packet[at]:
            if length > 63:  # a pointer ends the name
                at += 1
                break
            at += length + 1
        kind = packet[at + 1] << 8 | packet[at + 2]
        end = at + 11 + (packet[at + 9] << 8 | packet[at + 10])
        at += 11
        if kind == OPT:
            return _of_options(packet, at, end)
        at = end
    return 0


def _of_options(packet: bytes, at: int, end: int) -> int:
    wished = 0
    while at + 4 <= end:
        code = packet[at] << 8 | packet[at + 1]
        if code == KEEPALIVE:
            wished |= KEPT
        elif code == PADDING:
            wished |= PADDED
        at += 4 + (packet[at + 2] << 8 | packet[at + 3])
    return wished
