"""The group that a client is in.

Rule: what says most about the client decides. The name it gives itself before its own address
before its MAC address before the smallest network it lies in; who is named nowhere is in `default`.
Named by two groups alike, it is in the one with a schedule, then in the first.
"""

from collections.abc import Mapping, Sequence
from ipaddress import (
    IPv4Address,
    IPv6Address,
    ip_address,
    ip_network,
)
from types import MappingProxyType
from typing import Final

from blocker.link import Group

DEFAULT: Final = "default"
NOBODY: Final[Mapping[str, str]] = MappingProxyType({})

_BITS: Final = {4: 32, 6: 128}
_Address = IPv4Address | IPv6Address


class Membership:
    """The clients of some groups, ready to be looked up.

    Give it the groups whose schedule is in force: those of the others are then where they would be
    without them.
    """

    __slots__ = ("_addresses", "_ids", "_macs", "_networks")

    def __init__(self, groups: Sequence[Group]) -> None:
        self._addresses: dict[_Address, str] = {}
        self._macs: dict[str, str] = {}
        self._ids: dict[str, str] = {}
        networks: dict[tuple[int, int], dict[int, str]] = {}  # version and length; first bits
        for group in sorted(groups, key=lambda group: not group["schedule"]):
            for client in group["clients"]:
                if is_id(client):
                    self._ids.setdefault(client, group["name"])
                    continue
                if is_mac(client):
                    self._macs.setdefault(client.lower(), group["name"])
                    continue
                network = ip_network(client, strict=False)
                shift = _BITS[network.version] - network.prefixlen
                if shift == 0:
                    self._addresses.setdefault(_plain(network.network_address), group["name"])
                else:
                    places = networks.setdefault((network.version, shift), {})
                    places.setdefault(int(network.network_address) >> shift, group["name"])
        # The longest prefix first, which is the least that is shifted away.
        self._networks = sorted(networks.items(), key=lambda item: item[0][1])

    @property
    def asks_for_macs(self) -> bool:
        """Whether any group knows a client by its MAC address: else nobody need find it out."""
        return bool(self._macs)

    def holds(self, client: str) -> bool:
        """Whether a group that is in force names this `id:`."""
        return client in self._ids

    def group_of(self, address: str, macs: Mapping[str, str] = NOBODY) -> str:
        """The group of an address, also as `fe80::1%eth0` or `::ffff:192.0.2.1`; or of an `id:`.

        `macs` says whose the addresses are that the kernel knows. ValueError if it is no address.
        """
        if is_id(address):
            return self._ids.get(address, DEFAULT)
        client = plain_address(address)
        if (group := self._addresses.get(client)) is not None:
            return group
        if self._macs:
            mac = macs.get(address) or macs.get(str(client))
            if mac is not None and (group := self._macs.get(mac)) is not None:
                return group
        number = int(client)
        for (version, shift), places in self._networks:
            if version == client.version and (group := places.get(number >> shift)) is not None:
                return group
        return DEFAULT


def plain_client(text: str) -> _Address | str:
    """As `plain_address`; an `id:` stays what it is."""
    return text if is_id(text) else plain_address(text)


def plain_address(text: str) -> _Address:
    """An address without the interface it was seen on, and IPv4 as IPv4; ValueError if none."""
    return _plain(ip_address(text.partition("%")[0]))


def is_id(client: str) -> bool:
    """Whether a client is known by a name it gives itself over DNS over TLS or HTTPS."""
    return client.startswith("id:")


def is_mac(client: str) -> bool:
    """Whether a client of a Generation is a MAC address: six octets, which no IPv6 address has."""
    return len(client) == 17 and client.count(":") == 5 and "::" not in client


def _plain(address: _Address) -> _Address:
    return getattr(address, "ipv4_mapped", None) or address
