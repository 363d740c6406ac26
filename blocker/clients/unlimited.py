"""Who may ask as much as it likes: this machine, the router, and whom the configuration names.

Rule: a router that asks for the whole home must not be taken for one device that asks too much; so
it is looked for when somebody is about to be limited, and not before.
"""

import socket
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address
from pathlib import Path
from typing import Final

from blocker.clients.membership import is_id, plain_address

PROC_NET: Final = Path("/proc/self/net")

_GATEWAY: Final = 0x2  # RTF_GATEWAY of linux/route.h


class Unlimited:
    """`networks` are those that the configuration names."""

    def __init__(
        self, networks: Iterable[IPv4Network | IPv6Network] = (), proc_net: Path = PROC_NET
    ) -> None:
        self._networks = tuple(networks)
        self._proc_net = proc_net

    def __contains__(self, client: str) -> bool:
        if is_id(client):
            return False
        address = plain_address(client)
        return (
            address.is_loopback
            or any(address in network for network in self._networks)
            or str(address) in default_gateways(self._proc_net)
        )


def default_gateways(proc_net: Path = PROC_NET) -> list[str]:
    """Through whom this machine reaches the world; none where nothing can be read."""
    return [*_ipv4(_lines(proc_net / "route")), *_ipv6(_lines(proc_net / "ipv6_route"))]


def _lines(file: Path) -> list[list[str]]:
    try:
        return [line.split() for line in file.read_text().splitlines()]
    except OSError:
        return []


def _ipv4(lines: Iterable[list[str]]) -> Iterable[str]:
    """Interface, destination, gateway, flags ...; addresses are hexadecimal in host order."""
    for fields in lines:
        if len(fields) > 3 and fields[1] == "00000000" and int(fields[3], 16) & _GATEWAY:
            yield socket.inet_ntoa(bytes.fromhex(fields[2])[::-1])


def _ipv6(lines: Iterable[list[str]]) -> Iterable[str]:
    """Destination, its length, source, its length, next hop ..., flags, interface."""
    for fields in lines:
        if len(fields) > 8 and fields[1] == "00" and int(fields[8], 16) & _GATEWAY:
            yield str(ip_address(bytes.fromhex(fields[4])))
