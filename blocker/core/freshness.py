"""How long a reply may be kept by who does not read DNS, such as an HTTP cache (RFC 8484 5.1)."""

from blocker.core.wire import HEADER, SOA


def freshness(reply: bytes) -> int:
    """Seconds: the least TTL of the answer, and of what the SOA record of a negative one allows,
    also behind aliases (RFC 2308 section 5); with neither, 0.
    """
    answers = reply[6] << 8 | reply[7]
    at = HEADER
    if reply[5]:  # the question
        at = _name_end(reply, at) + 4
    least = -1
    for number in range(answers + (reply[8] << 8 | reply[9])):
        at = _name_end(reply, at)
        kind = reply[at] << 8 | reply[at + 1]
        ttl = int.from_bytes(reply[at + 4 : at + 8], "big")
        at += 10 + (reply[at + 8] << 8 | reply[at + 9])
        if number >= answers:
            if kind != SOA:
                continue
            ttl = min(ttl, int.from_bytes(reply[at - 4 : at], "big"))
        if least < 0 or ttl < least:
            least = ttl
    return max(least, 0)


def _name_end(packet: bytes, at: int) -> int:
    while length := packet[at]:
        if length > 63:
            return at + 2
        at += length + 1
    return at + 1
