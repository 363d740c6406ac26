"""Connections to the API from the network: how many there may be, in all and of one address.

Rule: each takes a descriptor from when it is accepted, so one in the middle of its handshake counts
too. Who is turned away is hung up on before anything is read; that is counted, and said.
"""

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from blocker.admin.lockout import whose

MOST: Final = 256
EACH: Final = 32  # of one address
HANDSHAKE: Final = 10.0  # seconds that TLS may take to begin
AGAIN: Final = 1.0  # seconds until we accept again when there were no descriptors left
QUIET: Final = 60.0  # seconds between two lines in the log
_TURN: Final = 64  # that are accepted before others have their turn

log = logging.getLogger(__name__)


class Connections:
    """Those of one listening socket; `protocol` serves one of them."""

    def __init__(
        self,
        sock: socket.socket,
        protocol: Callable[[], asyncio.BaseProtocol],
        context: ssl.SSLContext | None = None,
    ) -> None:
        self.turned_away = 0
        self._socket = sock
        self._protocol = protocol
        self._context = context
        self._held: dict[socket.socket, str] = {}  # and of whom; also some that have ended
        self._beginning: set[asyncio.Task[None]] = set()
        self._quiet_until = 0.0
        self._again: asyncio.TimerHandle | None = None

    def open(self) -> None:
        """Begin to accept."""
        self._socket.setblocking(False)
        asyncio.get_running_loop().add_reader(self._socket, self._accept)

    def close(self) -> None:
        """Accept no more, and give up what has not begun; what has is its protocol's."""
        asyncio.get_running_loop().remove_reader(self._socket)
        if self._again:
            self._again.cancel()
        for task in self._beginning:
            task.cancel()

    def _accept(self) -> None:
        for _ in range(_TURN):
            try:
                sock, (address, *_rest) = self._socket.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:  # the socket would be reported as ready again and again
                log.warning("the API accepts nobody for a moment: %s", error.strerror)
                loop = asyncio.get_running_loop()
                loop.remove_reader(self._socket)
                self._again = loop.call_later(AGAIN, self.open)
                return
            self._admit(sock, whose(address))

    def _admit(self, sock: socket.socket, client: str) -> None:
        # The transport closes its socket at the very end, so this is what takes a descriptor.
        self._held = {each: of for each, of in self._held.items() if each.fileno() != -1}
        if sum(of == client for of in self._held.values()) >= EACH:
            self._turn_away(sock, f"{client} has {EACH} connections already")
        elif len(self._held) >= MOST:
            self._turn_away(sock, f"there are {MOST} connections already; one more is of {client}")
        else:
            self._held[sock] = client
            task = asyncio.get_running_loop().create_task(self._begin(sock))
            self._beginning.add(task)
            task.add_done_callback(self._beginning.discard)

    def _turn_away(self, sock: socket.socket, why: str) -> None:
        sock.close()
        self.turned_away += 1
        now = asyncio.get_running_loop().time()
        if now >= self._quiet_until:
            self._quiet_until = now + QUIET
            log.warning(
                "a connection to the API was closed at once: %s (%d so far)", why, self.turned_away
            )

    async def _begin(self, sock: socket.socket) -> None:
        with suppress(OSError):  # no handshake, or not in time: the socket is closed
            await asyncio.get_running_loop().connect_accepted_socket(
                self._protocol,
                sock,
                ssl=self._context,
                ssl_handshake_timeout=HANDSHAKE if self._context else None,
            )
