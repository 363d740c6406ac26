"""A client as people write it: an address, a network, a MAC address in any usual notation, or the
id that it gives itself when it asks over TLS or HTTPS.
"""

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import Annotated, Any, Final

from pydantic import BeforeValidator

from blocker.config.units import ip_address

# aa:bb:cc:dd:ee:ff, aa-bb-cc-dd-ee-ff, a:b:c:d:e:f, aabb.ccdd.eeff, aabbccddeeff
_PAIRS: Final = re.compile(r"([0-9A-Fa-f]{1,2})" + r"([:-])([0-9A-Fa-f]{1,2})" * 5 + r"\Z")
_DIGITS: Final = re.compile(r"[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\Z|[0-9A-Fa-f]{12}\Z")
# A label of a name, for it may be asked for as one (TLS server name).
ID_PATTERN: Final = "^id:[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$"
_ID: Final = re.compile(ID_PATTERN.replace("$", "\\Z"))
_LIKE: Final = "192.0.2.10, 198.51.100.0/24 or 02:00:5e:10:00:01"


def client(written: Any) -> str:
    """The client, each in one notation only, so that equal ones are equal text."""
    if not isinstance(written, str):
        message = f"{written} is not a client; write it in quotes, like '{_LIKE.split(',')[0]}'"
        raise ValueError(message)
    if written.startswith("id:"):
        return _id(written)
    if (mac := _mac(written)) is not None:
        return mac
    address, slash, _ = written.partition("/")
    if "%" in address:
        message = (
            f"{written} names an interface; write {address.partition('%')[0]}, "
            "or better the MAC address of the device"
        )
        raise ValueError(message)
    if slash:
        return _network(written)
    if (found := ip_address(address)) is None:
        message = f"{written} is not an address, a network or a MAC address; write one like {_LIKE}"
        raise ValueError(message)
    return str(_of_one_client(found))


def _id(written: str) -> str:
    if not _ID.match(written):
        message = (
            f"{written} is not the id of a client; write id: and letters, digits and dashes, "
            "at most 63, like id:anna-phone"
        )
        raise ValueError(message)
    return written.lower()


def _mac(written: str) -> str | None:
    if match := _PAIRS.match(written):
        octets = bytes(int(pair, 16) for pair in match.groups()[::2])
    elif _DIGITS.match(written):
        octets = bytes.fromhex(written.replace(".", ""))
    else:
        return None
    mac = octets.hex(":")
    if octets[0] & 1:  # the bit that makes it the address of many; the broadcast has it too
        message = f"{mac} is a multicast address, which no device has; write the device's own"
        raise ValueError(message)
    if not any(octets):
        message = f"{mac} is no device's address; write the device's own"
        raise ValueError(message)
    return mac


def _network(written: str) -> str:
    try:
        network = ip_network(written, strict=False)  # 10.43.8.67/28 is the network that lies in
    except ValueError:
        message = f"{written} is not a network; write one like 198.51.100.0/24 or 2001:db8::/32"
        raise ValueError(message) from None
    if isinstance(network, IPv6Network) and network.prefixlen >= 96:
        first = network.network_address.ipv4_mapped
        if first is not None:
            network = IPv4Network((first, network.prefixlen - 96))
    if network.prefixlen == network.max_prefixlen:
        return str(_of_one_client(network.network_address))
    return str(network)


def _of_one_client(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    address = getattr(address, "ipv4_mapped", None) or address
    if address.is_unspecified or address.is_multicast or str(address) == "255.255.255.255":
        message = f"{address} is not the address of one client; write that of a client"
        raise ValueError(message)
    return address


Client = Annotated[str, BeforeValidator(client)]
