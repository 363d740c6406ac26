"""A line of hosts(5): an address, then names; `#` opens a comment."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class HostsLine:
    """`zone` is the link that an address of link scope holds on (`fe80::1%eth0`)."""

    address: Address
    names: tuple[str, ...]
    zone: str = ""


def hosts_line(line: str) -> HostsLine | None:
    """What the line says, names folded; None when nothing; ValueError("what is wrong; what to
    write instead").
    """
    words = line.partition("#")[0].split()
    if not words:
        return None
    written, _, zone = words[0].partition("%")
    try:
        address = ip_address(written)
    except ValueError:
        message = f"{written[:60]} is not an address; write an address and then its names"
        raise ValueError(message) from None
    if len(words) == 1:
        raise ValueError(f"{words[0]} has no name; write the names after it")
    return HostsLine(address, tuple(name.lower() for name in words[1:]), zone)
