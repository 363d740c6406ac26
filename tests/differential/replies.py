"""A reply as it is compared, and in what two of them differ.

Rule: what a client can notice is compared: rcode, flags, question, the records of the answer with
their TTLs, the SOA of a negative one, whether there is an OPT record, and whether it came at all.
Order of records and compression are not.
"""

from dataclasses import dataclass
from typing import Any, Final

from dnslib import DNSError

from tests.support.packets import OPT, SOA, read

FLAGS: Final = ("aa", "tc", "rd", "ra", "ad", "cd")
Value = Any


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs: its field, and both values."""

    field: str
    ours: Value
    theirs: Value

    def __str__(self) -> str:
        return f"{self.field}: ours {self.ours}, theirs {self.theirs}"


@dataclass(frozen=True, slots=True)
class Reply:
    """`records` is the answer section: owner, type, class and data, with the TTL; `soa` that of the
    authority section with its TTL; `errors` the codes of extended errors.
    """

    rcode: int
    flags: dict[str, int]
    question: bytes
    records: dict[tuple[str, int, int, str], int]
    count: int
    soa: tuple[str, int] | None = None
    authority: frozenset[tuple[str, int]] = frozenset()
    additional: int = 0
    edns: bool = False
    do: bool = False
    errors: tuple[int, ...] = ()
    readable: bool = True  # by dnslib


def reply_of(packet: bytes) -> Reply:
    try:
        message = read(packet)
    except (DNSError, ValueError):
        count = packet[6] << 8 | packet[7]
        return Reply(packet[3] & 15, dict.fromkeys(FLAGS, 0), b"", {}, count, readable=False)
    header = message.header
    options = [record for record in message.ar if record.rtype == OPT]
    extended = options[0].ttl >> 24 if options else 0
    soas = [record for record in message.auth if record.rtype == SOA]
    return Reply(
        rcode=extended << 4 | header.rcode,
        flags={flag: getattr(header, flag) for flag in FLAGS},
        question=packet[12 : _after_question(packet)] if header.q else b"",
        records={_key(record): record.ttl for record in message.rr},
        count=len(message.rr),
        soa=(str(soas[0].rname).lower(), soas[0].ttl) if soas else None,
        authority=frozenset(
            (str(record.rname).lower(), record.rtype)
            for record in message.auth
            if record.rtype != SOA
        ),
        additional=len(message.ar) - len(options),
        edns=bool(options),
        do=bool(options) and bool(options[0].ttl & 0x8000),
        errors=tuple(
            int.from_bytes(option.data[:2], "big")
            for record in options
            for option in record.rdata
            if option.code == 15
        ),
    )


def differences(ours: Reply | None, theirs: Reply | None, seconds: float) -> list[Difference]:
    """All of them. TTLs may differ by a second, and by what the exchange took."""
    if ours is None or theirs is None:
        return [] if ours is theirs else [Difference("reply", _came(ours), _came(theirs))]
    if not (ours.readable and theirs.readable):
        return [Difference("readable", ours.readable, theirs.readable)]
    found = []
    if (ours.soa is None) != (theirs.soa is None) or (ours.soa or "-")[0] != (theirs.soa or "-")[0]:
        found.append(Difference("soa", ours.soa, theirs.soa))
    for field in ("rcode", "question", "count", "authority", "additional", "edns", "do"):
        mine, other = getattr(ours, field), getattr(theirs, field)
        if mine != other:
            found.append(Difference(field, mine, other))
    found += [
        Difference(flag, ours.flags[flag], theirs.flags[flag])
        for flag in FLAGS
        if ours.flags[flag] != theirs.flags[flag]
    ]
    if ours.records.keys() != theirs.records.keys():
        mine, other = ours.records.keys() - theirs.records, theirs.records.keys() - ours.records
        found.append(Difference("records", sorted(mine), sorted(other)))
    allowed = 1 + int(seconds)
    ttls = [
        (ours.records[key], theirs.records[key]) for key in ours.records.keys() & theirs.records
    ]
    if ours.soa and theirs.soa:
        ttls.append((ours.soa[1], theirs.soa[1]))
    apart = sorted({pair for pair in ttls if abs(pair[0] - pair[1]) > allowed})
    if apart:
        found.append(Difference("ttl", [pair[0] for pair in apart], [pair[1] for pair in apart]))
    return found


def _key(record: Any) -> tuple[str, int, int, str]:
    return str(record.rname).lower(), record.rtype, record.rclass, str(record.rdata).lower()


def _came(reply: Reply | None) -> str:
    return "none" if reply is None else f"rcode {reply.rcode}"


def _after_question(packet: bytes) -> int:
    at = 12
    while packet[at]:
        at += packet[at] + 1
    return at + 5
