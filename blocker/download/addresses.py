"""Which addresses a download may go to: those of the public internet.

A list's server must not be able to send us to the router, a neighbour or a cloud's metadata, by a
redirect or by its own DNS. Translated and mapped addresses are judged by what they lead to.
"""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

LOCALHOST: Final = ("127.0.0.1", "::1")

_TRANSLATED: Final = (IPv6Network("64:ff9b::/96"), IPv6Network("::/96"))  # RFC 6052, RFC 4291
_6TO4: Final = IPv6Network("2002::/16")


def is_public(address: str) -> bool:
    """False too for what is no address in its usual form, such as 127.1 or 2130706433."""
    found = literal(address)
    return found is not None and _is_public(found)


def is_loopback(host: str) -> bool:
    """Whether a host, as written in a URL, is this machine whatever a resolver says."""
    found = literal(host)
    return is_localhost(host) if found is None else found.is_loopback


def is_localhost(host: str) -> bool:
    """RFC 6761 section 6.3."""
    name = host.lower().removesuffix(".")
    return name == "localhost" or name.endswith(".localhost")


def literal(host: str) -> IPv4Address | IPv6Address | None:
    """The address that a host is written as; None when it is a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address):
        inner = _inside(address)
        if inner is not None:
            return _is_public(inner)
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _inside(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that traffic to this one ends at."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if any(address in network for network in _TRANSLATED):
        return IPv4Address(address.packed[12:])
    return IPv4Address(address.packed[2:6]) if address in _6TO4 else None
