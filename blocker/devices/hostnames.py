"""The names that the router has for devices (reverse DNS), asked for now and then.

Rule: few at a time, from a task that nobody waits for. A device can call itself anything, so what
comes back is cut to letters that are safe in any place, and is shown with where it is from.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from typing import Final

from blocker.devices.devices import Devices
from blocker.devices.pointer import ask_pointer
from blocker.devices.router import Router

LOOK: Final = 5.0  # seconds between two rounds
FEW: Final = 4  # questions in one round
AGAIN: Final = 86_400.0  # seconds until a name is asked for again
AGAIN_UNKNOWN: Final = 3_600.0
AGAIN_SILENT: Final = 300.0  # where nobody answered
REMEMBERED: Final = 10_000  # addresses
LONGEST: Final = 64

_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._ -]+")


class Hostnames:
    """`run` is a task of the loop. `router_of` says whom to ask for an address; None: nobody."""

    def __init__(
        self,
        devices: Devices,
        router_of: Callable[[str], Router | None],
        ask: Callable[[Router, str], Awaitable[str]] = ask_pointer,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._devices = devices
        self._router_of = router_of
        self._ask = ask
        self._clock = clock
        self._due: dict[str, float] = {}  # when an address may be asked for again

    async def run(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(LOOK)

    async def look(self) -> None:
        """One round."""
        now = self._clock()
        wanted = []
        for device in self._devices:
            # The latest of each family that is due; IPv4 first, which routers know best.
            due = [each for each in device.addresses if self._due.get(each, now) <= now]
            if due:
                wanted.append((device.key, sorted(due[-2:], key=lambda each: ":" in each)[0]))
            if len(wanted) == FEW:
                break
        await asyncio.gather(*(self._learn(key, address, now) for key, address in wanted))

    async def _learn(self, key: str, address: str, now: float) -> None:
        if len(self._due) >= REMEMBERED:
            self._due.clear()
        self._due[address] = now + AGAIN_UNKNOWN
        router = self._router_of(address)
        if router is None:
            return
        try:
            name = clean(await self._ask(router, address))
        except (OSError, ValueError):  # nobody there, or no answer that makes sense
            self._due[address] = now + AGAIN_SILENT
            return
        if name:
            self._due[address] = now + AGAIN
            self._devices.tell_hostname(key, name, router.what)


def clean(name: str) -> str:
    """As much of it as is safe anywhere: no markup, nothing that moves a cursor."""
    return _UNSAFE.sub("?", name.rstrip("."))[:LONGEST].strip()
