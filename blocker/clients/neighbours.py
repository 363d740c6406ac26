"""Whose an address is: the MAC addresses in the kernel's neighbour table, of IPv4 and of IPv6.

Rule: asked of the kernel itself over netlink (rtnetlink(7)); no library, no /proc/net/arp, which
knows IPv4 alone. It takes no rights. Where it cannot be asked, nobody has a MAC address, and the
log says so once.
"""

import logging
import os
import socket
import struct
from collections.abc import Iterator
from functools import cache
from typing import Final

READ_AGAIN: Final = 1.0  # seconds between two reads for an address that is not known
LOOK_AGAIN: Final = 5.0  # seconds between two looks whether addresses have changed hands
MOST: Final = 65_536  # addresses that are remembered; sources can be forged, so there is a bound

_NETLINK_ROUTE: Final = 0
_RTM_NEWNEIGH, _RTM_GETNEIGH = 28, 30
_NLMSG_ERROR, _NLMSG_DONE = 2, 3
_REQUEST_DUMP: Final = 0x001 | 0x300
_DST, _LLADDR = 1, 2
_HEADER: Final = struct.Struct("=IHHII")  # nlmsghdr: length, type, flags, sequence, port
# The same with ndmsg behind it: family, interface, state, flags, type.
_MESSAGE: Final = struct.Struct("=IHHIIBxxxiHBB")
_ATTRIBUTE: Final = struct.Struct("=HH")  # rtattr: length, type
_ERROR: Final = struct.Struct("=i")  # nlmsgerr begins with it
_FAMILIES: Final = (socket.AF_INET, socket.AF_INET6)
_MAC_OCTETS: Final = 6
_NO_MAC: Final = bytes(_MAC_OCTETS)
_UNKNOWN: Final = 0, ""
_CERTAIN: Final = 9  # more than any state is
_LINK_LOCAL: Final = ("fe8", "fe9", "fea", "feb")  # fe80::/10, as the kernel's text begins
_SECONDS: Final = 1.0  # the kernel answers at once
_ROOM: Final = 1 << 16

# NUD_* of linux/neighbour.h, by how sure the kernel is of the address. Not among them: INCOMPLETE,
# FAILED, and NOARP, which multicast has.
_PERMANENT, _REACHABLE, _PROBE, _DELAY, _STALE = 0x80, 0x02, 0x10, 0x08, 0x04
_SURE: Final = {_PERMANENT: 4, _REACHABLE: 4, _PROBE: 3, _DELAY: 3, _STALE: 1}

log = logging.getLogger(__name__)


class Neighbours:
    """The table, read no more often than is good. `now` is seconds on any clock that only grows."""

    __slots__ = ("_due", "_known", "_read", "_told")

    def __init__(self) -> None:
        # Also what the kernel has forgotten since: a device that was quiet is still what it was.
        self._known: dict[str, str] = {}
        self._told: dict[str, str] = {}
        self._read, self._due = float("-inf"), float("inf")

    def mac_of(self, address: str, now: float) -> str:
        """The MAC address of a client, as a socket names it; "" if the kernel does not know."""
        key = plain(address)
        if key not in self._known and now - self._read >= READ_AGAIN:
            self._refresh(now)
        mac = self._known.get(key, "")
        # What it does not know it is about to find out, for it wants to send our reply.
        self._due = min(self._due, now + (LOOK_AGAIN if mac else READ_AGAIN))
        if len(self._told) >= MOST:
            self._told.clear()
        self._told[key] = mac
        return mac

    def changed(self, now: float) -> bool:
        """Whether an address that `mac_of` was asked about has another MAC address by now.

        Call it as often as you like: it looks every few seconds.
        """
        if now < self._due:
            return False
        self._due = now + LOOK_AGAIN
        told = self._told
        if all(told.get(address, mac) == mac for address, mac in self._refresh(now).items()):
            return False
        told.clear()
        return True

    def _refresh(self, now: float) -> dict[str, str]:
        self._read = now
        read = neighbours()
        self._known.update(read)
        if len(self._known) > MOST:
            self._known = dict(read)
        return read


def neighbours() -> dict[str, str]:
    """MAC addresses by address, as far as the kernel has them."""
    found: dict[str, tuple[int, str]] = {}
    try:
        for address, sure, mac in _dump():
            known = found.get(address, _UNKNOWN)
            if known[1] not in ("", mac) and address.startswith(_LINK_LOCAL):
                found[address] = _CERTAIN, ""  # one on each of two interfaces: who is meant?
            elif sure > known[0]:
                found[address] = sure, mac
    except (OSError, AttributeError) as error:  # no AF_NETLINK: not Linux
        _say_once(str(error))
        return {}
    return {address: mac for address, (_, mac) in found.items() if mac}


def _dump() -> Iterator[tuple[str, int, str]]:
    """Address, how sure it is, and MAC address of each neighbour that may be a client.

    One loop and no slices that are not needed: a thousand are read between two answers.
    """
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_ROUTE) as sock:
        sock.settimeout(_SECONDS)
        request = _MESSAGE.pack(_MESSAGE.size, _RTM_GETNEIGH, _REQUEST_DUMP, 1, 0, 0, 0, 0, 0, 0)
        sock.sendto(request, (0, 0))
        while True:
            packet = sock.recv(_ROOM)
            start = 0
            while start < len(packet):
                length, kind, *_ = _HEADER.unpack_from(packet, start)
                if kind == _NLMSG_DONE:
                    return
                if kind == _NLMSG_ERROR:
                    (number,) = _ERROR.unpack_from(packet, start + _HEADER.size)
                    raise OSError(-number, os.strerror(-number))
                if kind == _RTM_NEWNEIGH and (entry := _entry(packet, start, start + length)):
                    yield entry
                start += _aligned(length)


def _entry(packet: bytes, start: int, end: int) -> tuple[str, int, str] | None:
    """What `_dump` says of one message; None for what is none of a client's."""
    _, _, _, _, _, family, _, state, _, _ = _MESSAGE.unpack_from(packet, start)
    if (sure := _SURE.get(state)) is None or family not in _FAMILIES:
        return None
    address = mac = b""
    at = start + _MESSAGE.size
    while at < end:
        length, kind = _ATTRIBUTE.unpack_from(packet, at)
        if kind == _DST:
            address = packet[at + _ATTRIBUTE.size : at + length]
        elif kind == _LLADDR:
            mac = packet[at + _ATTRIBUTE.size : at + length]
        at += _aligned(length)
    if not address or len(mac) != _MAC_OCTETS or mac == _NO_MAC:
        return None
    return socket.inet_ntop(family, address), sure, mac.hex(":")


def _aligned(length: int) -> int:
    return (length + 3) & ~3


def plain(address: str) -> str:
    """The key of the table: no interface, and IPv4 as IPv4 also through an IPv6 socket."""
    address = address.partition("%")[0]
    return address.removeprefix("::ffff:") if "." in address else address


@cache
def _say_once(why: str) -> None:
    log.warning("the kernel's neighbours cannot be read: %s; no client has a MAC address", why)
