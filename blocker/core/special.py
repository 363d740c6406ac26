"""Names that are answered here and never forwarded, matched on whole labels.

Special-use names mean something only on this host or this network (RFC 6761 and those below);
asking a public resolver for them leaks and can be answered with a lie. The canaries are how
browsers and phones ask a network whether they should leave its DNS alone.
"""

from dataclasses import dataclass, field
from typing import Literal

from blocker.core.extended import SYNTHESISED, error
from blocker.core.names import from_text, parents
from blocker.core.sinkhole import record, soa
from blocker.core.wire import (
    AAAA,
    ANY,
    DS,
    HINFO,
    IN,
    NOERROR,
    NXDOMAIN,
    OPT,
    PTR,
    REFUSED,
    A,
    Query,
    frame,
    opt,
)

TTL = 3600
LOOPBACK_TTL = 10_800  # what never changes; as RFC 6303 section 3 has it


@dataclass(frozen=True, slots=True)
class SpecialName:
    """How one zone is answered, and the text that says why."""

    zone: str
    answer: Literal["nxdomain", "nodata", "loopback", "localhost"]
    why: str
    forwarded: frozenset[int] = field(
        default=frozenset()
    )  # types that are asked upstream all the same, of the zone itself


def find(name: bytes) -> SpecialName | None:
    """The special-use zone or canary that a folded wire name is or lies below."""
    if name[-3:-1] in _ENDINGS:  # nearly no name is
        for parent in parents(name):
            if (special := _ZONES.get(parent)) is not None:
                return special
    return _CANARIES.get(name)


def tail(query: Query) -> bytes | None:
    """The reply after its id, to a question that is never forwarded; None for all others."""
    special = find(query.name)
    if special is None or _is_forwarded(query, special):
        return minimal(query)
    return _special_tail(query, special)


def refusal(query: Query) -> bytes | None:
    """The reply after its id to what is asked of no name: other classes, transfers, and types that
    are no data; None for all else.
    """
    if query.qclass == IN and query.qtype != OPT and not 128 <= query.qtype < ANY:
        return None
    extended = opt(query.shape)
    return frame(query.shape, REFUSED, 0, 0, 1 if extended else 0) + query.question + extended


def minimal(query: Query) -> bytes | None:
    """The reply after its id to ANY, which is never forwarded: with as little as may be (RFC 8482
    section 4.2). None for all other types.
    """
    if query.qtype != ANY:
        return None
    extended = opt(query.shape)
    head = frame(query.shape, NOERROR, 1, 0, 1 if extended else 0)
    return head + query.question + record(HINFO, TTL, b"\x07RFC8482\x00") + extended


def _is_forwarded(query: Query, special: SpecialName) -> bool:
    """The DS record of a zone is its parent's (RFC 4035 section 3.1.4.1), which is asked: the proof
    that home.arpa is unsigned comes from there (RFC 8375 section 4), and that of 10.in-addr.arpa.
    """
    return query.qtype in special.forwarded and query.name == from_text(special.zone)


def _special_tail(query: Query, special: SpecialName) -> bytes:
    shape = query.shape
    extended = opt(shape, error(SYNTHESISED, special.why))
    additionals = 1 if extended else 0
    exists = special.answer in ("loopback", "nodata") or (
        special.answer == "localhost" and query.name == from_text(special.zone)
    )
    content = _DATA.get(special.answer, {}).get(query.qtype)
    if exists and content:
        head = frame(shape, NOERROR, 1, 0, additionals, True)
        return head + query.question + record(query.qtype, LOOPBACK_TTL, content) + extended
    rcode = NOERROR if exists else NXDOMAIN
    return frame(shape, rcode, 0, 1, additionals, True) + query.question + soa(TTL) + extended


_DATA = {
    "loopback": {A: b"\x7f\x00\x00\x01", AAAA: bytes(15) + b"\x01"},
    "localhost": {PTR: b"\x09localhost\x00"},
}
_OF_THE_PARENT = frozenset((DS,))

# What homes and offices call their own networks: a public resolver knows no name below these.
_PRIVATE_USE = {
    "internal": "private use, reserved by ICANN in 2024",
    **dict.fromkeys(("intranet", "private", "corp", "home", "lan"), "private: RFC 6762 appendix G"),
}
PRIVATE_USE = tuple(map(from_text, _PRIVATE_USE))

_PRIVATE_REVERSE = (  # RFC 6303, RFC 7793, RFC 6762 section 12
    "10.in-addr.arpa",
    *(f"{number}.172.in-addr.arpa" for number in range(16, 32)),
    "168.192.in-addr.arpa",
    "0.in-addr.arpa",
    "254.169.in-addr.arpa",
    "2.0.192.in-addr.arpa",
    "100.51.198.in-addr.arpa",
    "113.0.203.in-addr.arpa",
    "255.255.255.255.in-addr.arpa",
    *(f"{number}.100.in-addr.arpa" for number in range(64, 128)),
    ".".join("0" * 32) + ".ip6.arpa",
    "d.f.ip6.arpa",
    *(f"{digit}.e.f.ip6.arpa" for digit in "89ab"),
    "8.b.d.0.1.0.0.2.ip6.arpa",
)


_ZONES = {
    from_text(special.zone): special
    for special in (
        SpecialName("localhost", "loopback", "localhost is this host: RFC 6761 section 6.3"),
        SpecialName("127.in-addr.arpa", "nxdomain", "loopback addresses: RFC 6303", _OF_THE_PARENT),
        SpecialName("1.0.0.127.in-addr.arpa", "localhost", "loopback: RFC 6303"),
        SpecialName("1." + ".".join("0" * 31) + ".ip6.arpa", "localhost", "loopback: RFC 6303"),
        SpecialName("invalid", "nxdomain", "never exists: RFC 6761 section 6.4"),
        SpecialName("test", "nxdomain", "for tests: RFC 6761 section 6.2"),
        SpecialName("local", "nxdomain", "multicast DNS: RFC 6762"),
        SpecialName("onion", "nxdomain", "Tor: RFC 7686"),
        SpecialName("alt", "nxdomain", "outside the DNS: RFC 9476"),
        *(SpecialName(zone, "nxdomain", why) for zone, why in _PRIVATE_USE.items()),
        SpecialName("home.arpa", "nxdomain", "home networks: RFC 8375", _OF_THE_PARENT),
        SpecialName("resolver.arpa", "nodata", "no encrypted resolver is announced: RFC 9462"),
        *(
            SpecialName(zone, "nxdomain", "private addresses: RFC 6303", _OF_THE_PARENT)
            for zone in _PRIVATE_REVERSE
        ),
    )
}
_ENDINGS = frozenset(name[-3:-1] for name in _ZONES)

_CANARIES = {
    from_text(special.zone): special
    for special in (
        SpecialName(
            "use-application-dns.net", "nxdomain", "asks browsers to keep to this resolver"
        ),
        SpecialName("mask.icloud.com", "nxdomain", "asks devices not to use Private Relay"),
        SpecialName("mask-h2.icloud.com", "nxdomain", "asks devices not to use Private Relay"),
    )
}
