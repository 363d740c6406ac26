"""How clients that found us in clear learn where we answer encrypted (RFC 9462, RFC 9461).

Rule: what is announced is what is offered. Who offers nothing has no record here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from struct import pack
from typing import Final

from blocker.core.names import from_text
from blocker.core.sinkhole import record
from blocker.core.wire import NOERROR, Query, frame, opt

SVCB: Final = 64
NAME: Final = from_text("_dns.resolver.arpa")
TTL: Final = 300  # a configuration may change
DOH_TEMPLATE: Final = "/dns-query{?dns}"

_ALPN, _PORT, _IPV4HINT, _IPV6HINT, _DOHPATH = 1, 3, 4, 6, 7  # RFC 9460 section 14.3.2, RFC 9461


@dataclass(frozen=True, slots=True)
class Service:
    """One way to ask us encrypted. `addresses` are hints; none where we listen on all."""

    alpn: tuple[str, ...]  # dot, or h2 and http/1.1
    port: int
    addresses: tuple[str, ...] = ()

    @property
    def is_https(self) -> bool:
        return "dot" not in self.alpn


def service_records(name: str, services: Iterable[Service]) -> tuple[bytes, ...]:
    """RDATA of the SVCB records: `name` is what the certificate is verified for."""
    target = from_text(name)
    return tuple(
        pack(">H", priority) + target + _parameters(service)
        for priority, service in enumerate(services, 1)
    )


def tail(query: Query, records: Sequence[bytes]) -> bytes | None:
    """The reply after its id to the question who offers what; None to any other."""
    if query.qtype != SVCB or query.name != NAME or not records:
        return None
    extended = opt(query.shape)
    head = frame(query.shape, NOERROR, len(records), 0, 1 if extended else 0, True)
    return b"".join(
        (head, query.question, *(record(SVCB, TTL, content) for content in records), extended)
    )


def _parameters(service: Service) -> bytes:
    """In ascending order of their keys (RFC 9460 section 2.2)."""
    addresses = [ip_address(each) for each in service.addresses]
    values = [
        (_ALPN, b"".join(bytes((len(each),)) + each.encode() for each in service.alpn)),
        (_PORT, pack(">H", service.port)),
        (_IPV4HINT, b"".join(each.packed for each in addresses if each.version == 4)),
        (_IPV6HINT, b"".join(each.packed for each in addresses if each.version == 6)),
        (_DOHPATH, DOH_TEMPLATE.encode() if service.is_https else b""),
    ]
    return b"".join(pack(">HH", key, len(value)) + value for key, value in values if value)
