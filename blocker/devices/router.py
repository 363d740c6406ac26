"""Who knows the names of devices at home: the router, or whom the configuration names for it.

Rule: never a public resolver. A private address is asked for at the default gateway, if that has a
private address itself; any other only where an upstream is configured for its reverse zone.
"""

import ipaddress
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from blocker.link import UpstreamAddress

ROUTES: Final = Path("/proc/net/route")
ROUTES6: Final = Path("/proc/net/ipv6_route")
PORT: Final = 53
_GATEWAY: Final = 0x2  # RTF_GATEWAY
_PLAIN: Final = ("udp", "tcp")


@dataclass(frozen=True, slots=True)
class Router:
    """Where to ask, and what it is to people."""

    host: str
    port: int
    what: str


def router_of(
    address: str,
    upstreams: Iterable[UpstreamAddress],
    routes: Path = ROUTES,
    routes6: Path = ROUTES6,
) -> Router | None:
    """Whom to ask for the name of an address; None: nobody."""
    asked = ipaddress.ip_address(address)
    if asked.is_loopback or asked.is_multicast or asked.is_unspecified:
        return None
    configured = _configured(asked.reverse_pointer, upstreams)
    if configured is not None:
        parts = urlsplit(configured["url"])
        host = (configured.get("addresses") or [parts.hostname or ""])[0]
        if parts.scheme not in _PLAIN or not _is_address(host):
            return None
        return Router(host, parts.port or PORT, f"{host}, the upstream for its reverse zone")
    if not asked.is_private:
        return None
    host = gateway(routes, routes6)
    return Router(host, PORT, f"the router, {host}") if host else None


def gateway(routes: Path = ROUTES, routes6: Path = ROUTES6) -> str:
    """The default gateway, as the kernel has it, if its address is private; "" if there is none."""
    found = sorted((*_of_ipv4(routes), *_of_ipv6(routes6)))
    for _, _, host in found:
        if ipaddress.ip_address(host).is_private:
            return host
    return ""


def _configured(pointer: str, upstreams: Iterable[UpstreamAddress]) -> UpstreamAddress | None:
    """The one with the longest zone."""
    fitting = [
        (len(zone), upstream["url"], upstream)
        for upstream in upstreams
        for zone in upstream.get("zones", ())
        if f".{pointer}".endswith(f".{zone}") and zone.endswith("arpa")
    ]
    return max(fitting, key=lambda each: each[:2])[2] if fitting else None


def _of_ipv4(routes: Path) -> Iterable[tuple[int, int, str]]:
    for words in _lines(routes):
        everywhere = words[1:2] == words[7:8] == ["00000000"]
        if everywhere and int(words[3], 16) & _GATEWAY:
            # The kernel prints the four octets as one number of this machine's order.
            packed = int(words[2], 16).to_bytes(4, sys.byteorder)
            yield 4, int(words[6]), str(ipaddress.IPv4Address(packed))


def _of_ipv6(routes: Path) -> Iterable[tuple[int, int, str]]:
    for words in _lines(routes):
        everywhere = len(words) == 10 and words[:2] == ["0" * 32, "00"]
        if everywhere and int(words[8], 16) & _GATEWAY:
            host = ipaddress.IPv6Address(bytes.fromhex(words[4]))
            where = f"%{words[9]}" if host.is_link_local else ""
            yield 6, int(words[5], 16), f"{host}{where}"


def _lines(path: Path) -> list[list[str]]:
    try:
        return [line.split() for line in path.read_text(encoding="ascii").splitlines()]
    except OSError:  # not Linux, or no IPv6
        return []


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
