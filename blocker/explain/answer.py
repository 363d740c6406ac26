"""Our own replies, read back to be shown."""

from ipaddress import ip_address
from typing import Final

from blocker.core import wire
from blocker.explain.explanation import AnswerShown

_RCODES: Final = {wire.NOERROR: "NOERROR", wire.NXDOMAIN: "NXDOMAIN", wire.REFUSED: "REFUSED"}


def read_reply(tail: bytes, question: int) -> AnswerShown:
    """What a reply of ours says, given what follows its id and how long its question is."""
    rcode, counts = tail[1] & 0x0F, int.from_bytes(tail[4:6], "big")
    at = wire.HEADER - 2 + question  # every record's name is a pointer to the question's
    records: list[str] = []
    ttl = None
    while at < len(tail):
        rtype, size = int.from_bytes(tail[at + 2 : at + 4], "big"), tail[at + 10 : at + 12]
        ttl = int.from_bytes(tail[at + 6 : at + 10], "big")
        end = at + 12 + int.from_bytes(size, "big")
        if len(records) < counts:
            records.append(_content(rtype, tail[at + 12 : end]))
        at = end
    return AnswerShown(_RCODES[rcode], tuple(records), ttl)


def _content(rtype: int, content: bytes) -> str:
    if rtype in (wire.A, wire.AAAA):
        return str(ip_address(content))
    return f"HINFO {content[1 : 1 + content[0]].decode()}"  # the minimal answer to ANY
