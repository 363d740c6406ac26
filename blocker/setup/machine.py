"""This machine in its network: addresses, the way out, rights, the clock. Only read, never changed.

Addresses and IPv6 routes come from the kernel over netlink, as neighbours do: it takes no program.
"""

import ctypes
import os
import socket
import struct
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv6Interface, ip_interface
from pathlib import Path
from typing import Final

_HEADER: Final = struct.Struct("=IHHII")
_ADDRESS_MESSAGE: Final = struct.Struct("=IHHIIBBBBi")  # nlmsghdr and ifaddrmsg
_ROUTE_MESSAGE: Final = struct.Struct("=IHHIIBBBBBBBBI")  # nlmsghdr and rtmsg
_ATTRIBUTE: Final = struct.Struct("=HH")
_ERROR, _DONE = 2, 3
_NEW_ADDRESS, _GET_ADDRESS, _NEW_ROUTE, _GET_ROUTE = 20, 22, 24, 26
_DUMPED: Final = 0x301, 1, 0  # flags, sequence, port
_ADDRESS, _LOCAL, _FLAGS = 1, 2, 8
_TEMPORARY, _DEPRECATED, _PERMANENT = 0x01, 0x20, 0x80
_BY_ADVERTISEMENT: Final = 9  # RTPROT_RA of linux/rtnetlink.h
_BY_THE_KERNEL: Final = 0x00040000  # RTF_ADDRCONF of linux/ipv6_route.h
_CAN_BIND: Final = 1 << 10  # CAP_NET_BIND_SERVICE
_UNSYNCHRONISED: Final = 5  # TIME_ERROR of timex.h
# The second has what systemd-resolved was told; the first is then its own address.
RESOLV_CONFS: Final = (Path("/etc/resolv.conf"), Path("/run/systemd/resolve/resolv.conf"))
_TIMEX_OCTETS: Final = 1024  # more than struct timex has anywhere


@dataclass(frozen=True, slots=True)
class Own:
    """An address of this machine."""

    interface: str
    at: IPv4Interface | IPv6Interface
    lasting: bool  # not a lease, nor by router advertisement
    passing: bool  # of those that change every day, for privacy

    @property
    def is_for_others(self) -> bool:
        """Whether devices of the home can be told of it."""
        return not (self.at.is_loopback or self.at.is_link_local or self.passing)


@dataclass(frozen=True, slots=True)
class Router:
    """Of the home: an address within it that leads out."""

    address: str
    resolves: bool  # this machine was told to ask it for names


def addresses() -> list[Own]:
    """As the kernel lists them; none where it cannot be asked."""
    request = _ADDRESS_MESSAGE.pack(_ADDRESS_MESSAGE.size, _GET_ADDRESS, *_DUMPED, 0, 0, 0, 0, 0)
    with suppress(OSError):
        return [own for each in _dump(request, _NEW_ADDRESS) if (own := _own(*each))]
    return []


def way_out(proc: Path = Path("/proc")) -> str:
    """The interface towards the internet, which in a home is the one towards the devices too."""
    return next((fields[0] for fields in _ways_out(proc)), "")


def router(proc: Path = Path("/proc"), told: Sequence[Path] = RESOLV_CONFS) -> Router | None:
    """None where there is none, or it is the provider's."""
    for fields in _ways_out(proc):
        gateway = IPv4Address(bytes.fromhex(fields[2])[::-1])
        if gateway.is_private and not gateway.is_unspecified:
            return Router(str(gateway), str(gateway) in _resolvers(told))
    return None


def announced_ipv6(proc: Path = Path("/proc")) -> bool:
    """Whether a router here announces itself for IPv6.

    NetworkManager and systemd-networkd listen themselves, and set the route without the flag that
    the kernel gives its own; old kernels do not say where theirs is from.
    """
    with suppress(OSError):
        for line in (proc / "net" / "ipv6_route").read_text().splitlines():
            fields = line.split()
            if fields[1] == "00" and int(fields[8], 16) & _BY_THE_KERNEL:
                return True
    return any(length == 0 and origin == _BY_ADVERTISEMENT for length, origin in _ipv6_routes())


def may_bind(port: int, proc: Path = Path("/proc")) -> bool:
    """Whether this user may listen on the port."""
    with suppress(OSError, ValueError):
        first = int((proc / "sys/net/ipv4/ip_unprivileged_port_start").read_text())
        if port >= first:
            return True
    with suppress(OSError):
        for line in (proc / "self/status").read_text().splitlines():
            if line.startswith("CapEff:"):
                return bool(int(line.split()[1], 16) & _CAN_BIND)
    return os.geteuid() == 0


def clock_is_kept() -> bool | None:
    """Whether the kernel's clock is kept right by something; None where that cannot be asked."""
    try:
        told = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_TIMEX_OCTETS))
    except (OSError, AttributeError):
        return None
    return None if told < 0 else told != _UNSYNCHRONISED


def _ways_out(proc: Path) -> Iterator[list[str]]:
    """Default routes as the kernel writes them."""
    with suppress(OSError):
        for line in (proc / "net" / "route").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[1] == "00000000":
                yield fields


def _resolvers(files: Sequence[Path]) -> set[str]:
    found = set()
    for file in files:
        with suppress(OSError):
            for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
                if line.split()[:1] == ["nameserver"]:
                    found.update(line.split()[1:])
    return found


def _ipv6_routes() -> Iterator[tuple[int, int]]:
    """Of each the length of its prefix, 0 for the default, and what has set it."""
    family = (socket.AF_INET6, *[0] * 8)
    request = _ROUTE_MESSAGE.pack(_ROUTE_MESSAGE.size, _GET_ROUTE, *_DUMPED, *family)
    with suppress(OSError):
        for packet, at, _ in _dump(request, _NEW_ROUTE):
            *_, length, _, _, _, origin, _, _, _ = _ROUTE_MESSAGE.unpack_from(packet, at)
            yield length, origin


def _dump(request: bytes, answer: int) -> Iterator[tuple[bytes, int, int]]:
    """A packet of the kernel's, and where in it a message of the kind begins and ends."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as sock:
        sock.settimeout(1)
        sock.sendto(request, (0, 0))
        while True:
            packet, at = sock.recv(1 << 16), 0
            while at < len(packet):
                length, kind, *_ = _HEADER.unpack_from(packet, at)
                if kind == _DONE:
                    return
                if kind == _ERROR:
                    raise OSError
                if kind == answer:
                    yield packet, at, at + length
                at += (length + 3) & ~3


def _own(packet: bytes, at: int, end: int) -> Own | None:
    *_, family, prefix, flags, _, index = _ADDRESS_MESSAGE.unpack_from(packet, at)
    found: dict[int, bytes] = {}
    at += _ADDRESS_MESSAGE.size
    while at < end:
        length, kind = _ATTRIBUTE.unpack_from(packet, at)
        found[kind] = packet[at + _ATTRIBUTE.size : at + length]
        at += (length + 3) & ~3
    octets = found.get(_LOCAL, found.get(_ADDRESS))
    if octets is None or family not in (socket.AF_INET, socket.AF_INET6):
        return None
    flags = int.from_bytes(found.get(_FLAGS, bytes([flags])), "little")
    at_ = ip_interface(f"{socket.inet_ntop(family, octets)}/{prefix}")
    passing = bool(flags & _DEPRECATED) or (at_.version == 6 and bool(flags & _TEMPORARY))
    return Own(_name(index), at_, bool(flags & _PERMANENT), passing)


def _name(index: int) -> str:
    try:
        return socket.if_indextoname(index)
    except OSError:
        return str(index)
