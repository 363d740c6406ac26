"""Our own replies, read back to be shown: by dnslib, which had no part in making them."""

from dnslib import RCODE, RR, DNSRecord

from blocker.core.wire import HINFO
from blocker.explain.explanation import AnswerShown


def read_reply(tail: bytes) -> AnswerShown:
    """What a reply of ours says, given what follows its id."""
    message = DNSRecord.parse(b"\x00\x00" + tail)
    records = tuple(map(_content, message.rr))
    ttl = next((record.ttl for record in (*message.rr, *message.auth)), None)
    return AnswerShown(str(RCODE.get(message.header.rcode)), records, ttl)


def _content(record: RR) -> str:
    if record.rtype == HINFO:  # which dnslib does not know: two strings, each after its length
        said = bytes(record.rdata.data)
        return f"HINFO {said[1 : 1 + said[0]].decode()}"
    return str(record.rdata)
