"""What may come back for a packet, whatever it is: an oracle that shares no code with the product.

Rule: a packet with a header that is no response gets one reply, all others none.
"""

import struct
from typing import Final

HEADER: Final = 12
UDP_MINIMUM: Final = 512
UDP_MOST: Final = 1232
OPT: Final = 41
MOST_TTL: Final = 86_400
_FORMERR, _NOTIMP = 1, 4


def is_answerable(packet: bytes) -> bool:
    """Whether a reply is owed."""
    return len(packet) >= HEADER and not packet[2] & 0x80


def fault(packet: bytes, reply: bytes, *, stream: bool) -> str:
    """What is wrong with a reply to `packet`; empty when it is right."""
    if len(reply) < HEADER or not reply[2] & 0x80:
        return "it is no response"
    if not is_answerable(packet):
        return "to this packet there is none"
    if (reply[2] ^ packet[2]) & 0x79:
        return "another opcode, or RD changed"
    if reply[3] & 0x40 or not reply[3] & 0x80:
        return "Z is set, or RA is not"
    if len(reply) == HEADER:
        bare = not any(reply[4:]) and reply[3] & 15 in (_FORMERR, _NOTIMP)
        return "" if bare else "a header alone that is no refusal"
    if not stream and len(reply) > (UDP_MOST if packet[10:12] != b"\x00\x00" else UDP_MINIMUM):
        return f"{len(reply)} octets are more than the client takes"
    return _fault_of_sections(packet, reply)


def _fault_of_sections(packet: bytes, reply: bytes) -> str:
    questions, *counts = struct.unpack_from(">4H", reply, 4)
    if questions != 1:
        return f"{questions} questions"
    try:
        at = _after_name(reply, HEADER) + 4
        if reply[HEADER:at] != packet[HEADER:at]:
            return "another question"
        options = 0
        for _ in range(sum(counts)):
            at = _after_name(reply, at)
            rtype, _, ttl, length = struct.unpack_from(">HHIH", reply, at)
            at += 10 + length
            options += rtype == OPT
            if rtype != OPT and ttl > MOST_TTL:
                return f"a TTL of {ttl}"
    except (IndexError, struct.error):
        return "it ends early"
    if at != len(reply):
        return "its sections do not fill it"
    return "" if options <= 1 else f"{options} OPT records"


def _after_name(message: bytes, at: int) -> int:
    while length := message[at]:
        if length >= 192:
            return at + 2
        at += 1 + length
    return at + 1
