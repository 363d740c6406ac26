"""Addresses that lists block with, and the names that stand in every hosts file."""

from ipaddress import IPv4Address, IPv6Address
from typing import Final

# As lists write them; with these in front a hosts line says that its names are blocked.
NOWHERE: Final = frozenset((b"0.0.0.0", b"127.0.0.1", b"::", b"::1", b"0"))
_PACKED: Final = frozenset((bytes(4), b"\x7f\x00\x00\x01", bytes(16), bytes(15) + b"\x01"))
# What a hosts file tells of the machine itself.
OWN_NAMES: Final = frozenset(
    (
        "localhost",
        "localhost.localdomain",
        "localhost4",
        "localhost6",
        "local",
        "broadcasthost",
        "ip6-localhost",
        "ip6-loopback",
        "ip6-localnet",
        "ip6-mcastprefix",
        "ip6-allnodes",
        "ip6-allrouters",
        "ip6-allhosts",
        "0.0.0.0",
    )
)


def leads_nowhere(packed: bytes) -> bool:
    """Whether an address is one that lists block with."""
    return packed in _PACKED


def is_nowhere(address: IPv4Address | IPv6Address, *, wide: bool) -> bool:
    """The same; with `wide` also any other address of the machine itself."""
    return leads_nowhere(address.packed) or (
        wide and (address.is_unspecified or address.is_loopback)
    )
