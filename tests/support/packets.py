"""Packets as clients and upstreams make them, and as a second opinion reads them.

Queries are put together by hand, so that they can be wrong in any way; what upstreams say is
packed, and what clients get is read, by dnslib, which shares no code with what is tested.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from dnslib import CLASS, QTYPE, RR, DNSHeader, DNSQuestion, DNSRecord

A, NS, CNAME, SOA, PTR, HINFO, MX, TXT, AAAA = 1, 2, 5, 6, 12, 13, 15, 16, 28
KEEPALIVE, PADDING = 11, 12  # options of EDNS
OPT, DS, SVCB, HTTPS, AXFR, ANY = 41, 43, 64, 65, 252, 255
IN, CH = 1, 3
NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED = range(6)

EXAMPLE_SOA: Final = "example.com. 300 IN SOA ns.example.com. host.example.com. 1 2 3 4 60"


def wire(name: str) -> bytes:
    """A name with plain labels, in the case it is written in."""
    labels = [label.encode("latin-1") for label in name.rstrip(".").split(".") if label]
    return b"".join(bytes((len(label),)) + label for label in labels) + b"\x00"


def question(name: str | bytes, qtype: int = A, qclass: int = IN) -> bytes:
    """A question; a name given as bytes is used as it is."""
    written = name if isinstance(name, bytes) else wire(name)
    return written + qtype.to_bytes(2, "big") + qclass.to_bytes(2, "big")


def opt(
    payload: int = 1232,
    *,
    do: bool = False,
    version: int = 0,
    options: bytes = b"",
    owner: bytes = b"\x00",
) -> bytes:
    """An OPT record (RFC 6891 section 6.1.2)."""
    flags = bytes((0, version, 0x80 if do else 0, 0))
    size = len(options).to_bytes(2, "big")
    return owner + b"\x00\x29" + payload.to_bytes(2, "big") + flags + size + options


def option(code: int, content: bytes = b"") -> bytes:
    return code.to_bytes(2, "big") + len(content).to_bytes(2, "big") + content


def header(
    *, packet_id: int = 0x2A2A, flags: int = 0x0100, counts: Sequence[int] = (1, 0, 0, 0)
) -> bytes:
    return b"".join(number.to_bytes(2, "big") for number in (packet_id, flags, *counts))


def query(
    name: str | bytes = "www.example.com",
    qtype: int = A,
    *,
    qclass: int = IN,
    packet_id: int = 0x2A2A,
    flags: int = 0x0100,
    edns: bytes = b"",
) -> bytes:
    """A query with RD; `edns` is what `opt` makes."""
    head = header(packet_id=packet_id, flags=flags, counts=(1, 0, 0, 1 if edns else 0))
    return head + question(name, qtype, qclass) + edns


def records(lines: Iterable[str]) -> list[RR]:
    """Records written as in a zone file."""
    return [record for line in lines for record in RR.fromZone(line)]


def response(
    asked: bytes,
    *answers: str,
    authority: Iterable[str] = (),
    additional: Iterable[str] = (),
    rcode: int = NOERROR,
    flags: dict[str, int] | None = None,
) -> bytes:
    """What an upstream says to a question, names compressed."""
    repeated = read_question(asked)
    found = records(answers)
    for record in found:  # whoever compresses an owner takes over the question's letters
        if record.rname == repeated.qname:
            record.rname = repeated.qname
    message = DNSRecord(
        DNSHeader(id=0x5151, rcode=rcode, **{"qr": 1, "ra": 1, "rd": 1, **(flags or {})}),
        q=repeated,
        rr=found,
        auth=records(authority),
        ar=records(additional),
    )
    return bytes(message.pack())


def read_question(asked: bytes) -> DNSQuestion:
    return DNSRecord.parse(header(counts=(1, 0, 0, 0)) + asked).q


def read(packet: bytes) -> Any:
    """A packet as dnslib reads it, whole; raises dnslib's DNSError when it cannot."""
    return DNSRecord.parse(packet)


def options(reply: bytes) -> dict[int, bytes]:
    """What its OPT record has, by code."""
    return {each.code: each.data for each in read(reply).ar[0].rdata}


def extended_errors(reply: Any) -> list[tuple[int, str]]:
    """The extended errors of a reply, code and text (RFC 8914)."""
    return [
        (int.from_bytes(option.data[:2], "big"), option.data[2:].decode())
        for record in reply.ar
        if record.rtype == OPT
        for option in record.rdata
        if option.code == 15
    ]


def lines(section: Iterable[Any]) -> list[str]:
    """Records in one line each: `www.example.com. 300 A 192.0.2.1`."""
    return [
        f"{record.rname} {record.ttl} {QTYPE[record.rtype]} {record.rdata}"
        for record in section
        if record.rtype != OPT
    ]


def classes(section: Iterable[Any]) -> set[str]:
    return {CLASS[record.rclass] for record in section if record.rtype != OPT}
