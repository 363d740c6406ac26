"""Rows on their way to admin.

Rule: they wait for admin, nobody waits for them. Encoding goes in slices, what admin does not take
stays up to a bound, and the queue of the link is never filled with rows: a reload waits for the
next tally, so there is always room for one.
"""

import asyncio
import fcntl
import sys
import termios
import time
from collections import deque
from typing import Final

from blocker.core.row import encode
from blocker.core.rows import Rows
from blocker.link import Link

SLICE: Final = 100  # rows encoded between two answers: a third of a millisecond
LARGEST: Final = 32 * 1024  # octets of a message
QUEUED: Final = 64 * 1024  # octets in the link's queue beyond which it is left to the tallies
ROOM: Final = 20_000  # rows kept while admin takes none; beyond it the oldest are dropped


class Outbox:
    """What a worker has seen and admin has not been told."""

    def __init__(self, link: Link, rows: Rows, second: int) -> None:
        self.dropped = 0  # rows
        self._link = link
        self._rows = rows
        self._messages: deque[tuple[bytes, int]] = deque()  # with the number of rows
        self._waiting = 0  # rows
        rows.turn(second)

    async def forward(self, second: int) -> None:
        """Finish the rows of the seconds before this one, and send what admin takes."""
        self._rows.turn(second)
        while rows := self._rows.take(SLICE):
            for message, number in encode(rows, LARGEST):
                self._messages.append((message, number))
                self._waiting += number
            await asyncio.sleep(0)
        while self._waiting > ROOM:
            self.dropped += self._remove()
        self._send()

    async def empty(self, seconds: float) -> None:
        """At the end: send all there is, as long as admin may be waited for."""
        await self.forward(self._rows.second + 1)
        until = time.monotonic() + seconds
        while self._messages and time.monotonic() < until:
            await asyncio.sleep(0.01)
            self._send()

    def _send(self) -> None:
        while self._messages and self._queued() < QUEUED:
            try:
                self._link.sock.send(self._messages[0][0])
            except OSError:  # BlockingIOError: the queue is full
                return
            self._remove()

    def _queued(self) -> int:
        """Octets that admin has not read; the kernel counts what it needs to hold them."""
        return int.from_bytes(
            fcntl.ioctl(self._link.sock, termios.TIOCOUTQ, bytes(4)), sys.byteorder
        )

    def _remove(self) -> int:
        _, number = self._messages.popleft()
        self._waiting -= number
        return number
