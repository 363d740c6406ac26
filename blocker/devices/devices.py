"""The devices that ask, each under one key however its addresses change.

Rule: a key is found in a dict. The neighbour table is read in a thread now and then; for an address
that is new at once, as workers do, but a few times a second at most, for what is logged under an
address would stay another device's. An address that the kernel has forgotten keeps its device until
another is seen there. Bounded: the device unheard of for longest makes room.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from blocker.clients.membership import is_id
from blocker.clients.neighbours import MOST, neighbours, plain
from blocker.core.row import Row
from blocker.devices.guess import Evidence, Guess
from blocker.devices.maker import is_randomised, maker_of

REFRESH: Final = 30.0  # seconds between two reads of the neighbour table
LOOKS: Final = 8  # at the kernel's table in a second, for addresses that are new
KNOWN: Final = 10_000  # devices
ADDRESSES: Final = 32  # of a device; privacy extensions make new ones each day
_MAC, _IP = "mac:", "ip:"


@dataclass(frozen=True, slots=True)
class Device:
    """What is known of one; times are seconds of the wall clock."""

    key: str
    addresses: tuple[str, ...]
    first: int
    last: int
    guess: Guess
    hostname: str = ""  # what it, or the router, says; cleaned
    hostname_from: str = ""

    @property
    def mac(self) -> str:
        return mac_of(self.key)

    @property
    def maker(self) -> str:
        return maker_of(self.mac) if self.mac else ""

    @property
    def randomised(self) -> bool:
        return bool(self.mac) and is_randomised(self.mac)


@dataclass(slots=True)
class _Heard:
    """Since the start; the addresses oldest first."""

    first: int
    last: int
    addresses: dict[str, None] = field(default_factory=dict)
    evidence: Evidence = field(default_factory=Evidence)
    earlier: Guess = field(default_factory=Guess)  # of before the start
    hostname: str = ""
    hostname_from: str = ""

    def join(self, other: "_Heard") -> None:
        self.first, self.last = min(self.first, other.first), max(self.last, other.last)
        self.addresses |= other.addresses
        self.evidence.join(other.evidence)
        if not self.hostname:
            self.hostname, self.hostname_from = other.hostname, other.hostname_from
        self.earlier = self.earlier if self.earlier.vendor else other.earlier

    def guess(self) -> Guess:
        found = self.evidence.guess()
        return found if found.vendor else self.earlier


class Devices:
    """`take` and `key_of` are called in the loop; `run` is a task of it."""

    __slots__ = ("_clock", "_heard", "_looks", "_macs", "_read", "_second", "_vain")

    def __init__(
        self,
        read: Callable[[], Mapping[str, str]] = neighbours,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read = read
        self._clock = clock
        self._second, self._looks = float("-inf"), 0
        self._vain: set[str] = set()  # addresses that a look did not find
        self._macs: dict[str, str] = {}
        self._heard: dict[str, _Heard] = {}  # by key, the one heard of last at the end

    def __iter__(self) -> Iterator[Device]:
        """Whoever was heard of last comes first."""
        for key, heard in reversed(list(self._heard.items())):
            yield Device(
                key, tuple(heard.addresses), heard.first, heard.last, heard.guess(),
                heard.hostname, heard.hostname_from,
            )  # fmt: skip

    def restore(self, known: Iterable[Device]) -> None:
        """What was known before the start, whoever was heard of last at the end."""
        heard = self._heard
        self._heard = {}
        for each in known:
            self._heard[each.key] = _Heard(
                each.first, each.last, dict.fromkeys(each.addresses),
                earlier=each.guess, hostname=each.hostname, hostname_from=each.hostname_from,
            )  # fmt: skip
        for key, since in heard.items():
            before = self._heard.pop(key, None)
            self._heard[key] = before or since
            if before is not None:
                before.join(since)
        while len(self._heard) > KNOWN:
            del self._heard[next(iter(self._heard))]

    def tell_hostname(self, key: str, hostname: str, where: str) -> None:
        heard = self._heard.get(key)
        if heard is not None:
            heard.hostname, heard.hostname_from = hostname, where if hostname else ""

    def key_of(self, address: str) -> str:
        """`mac:aa:bb:cc:dd:ee:ff` where the kernel knows it, else `ip:192.0.2.7`; a name that the
        client gave itself, `id:anna-phone`, is its key.
        """
        if is_id(address):
            return address
        address = plain(address)
        mac = self._macs.get(address)
        if mac is None and address not in self._vain and self._may_look():
            self.know(self._read())
            mac = self._macs.get(address)
            if mac is None:
                self._vain.add(address)
        return f"{_MAC}{mac}" if mac else f"{_IP}{address}"

    def maker_of(self, key: str) -> str:
        """By its key; "" if that says nothing."""
        mac = mac_of(key)
        return maker_of(mac) if mac else ""

    def take(self, rows: Iterable[Row]) -> None:
        for row in rows:
            if not row.client:
                continue
            address = plain(row.client)
            key = self.key_of(address)
            heard = self._heard.pop(key, None) or _Heard(row.second, row.second)
            self._heard[key] = heard
            heard.last = max(heard.last, row.second)
            if not is_id(address):
                heard.addresses.pop(address, None)
                heard.addresses[address] = None
            if len(heard.addresses) > ADDRESSES:
                del heard.addresses[next(iter(heard.addresses))]
            heard.evidence.take(row)
            if len(self._heard) > KNOWN:
                del self._heard[next(iter(self._heard))]

    def _may_look(self) -> bool:
        now = self._clock()
        if now - self._second >= 1:
            self._second, self._looks = now, 0
        self._looks += 1
        return self._looks <= LOOKS

    async def refresh(self) -> None:
        """Read the neighbour table, in a thread."""
        self.know(await asyncio.to_thread(self._read))
        self._vain.clear()

    def know(self, read: Mapping[str, str]) -> None:
        """MAC addresses by address. What was heard of an address alone is the device's from now."""
        if len(self._macs) + len(read) > MOST:
            self._macs.clear()
        self._macs.update(read)
        for address, mac in read.items():
            alone = self._heard.pop(f"{_IP}{address}", None)
            if alone is not None:
                heard = self._heard.setdefault(f"{_MAC}{mac}", alone)
                if heard is not alone:
                    heard.join(alone)

    async def run(self) -> None:
        while True:
            await self.refresh()
            await asyncio.sleep(REFRESH)


def mac_of(key: str) -> str:
    """The MAC address in a device's key, if it has one."""
    return key.removeprefix(_MAC) if key.startswith(_MAC) else ""
