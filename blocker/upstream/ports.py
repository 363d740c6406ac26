"""The connected UDP sockets an upstream is asked from: a forger must guess which (RFC 5452).

Rule: many at once, used in an order nobody can tell from outside, and none for long. The kernel
draws every port at random, and drops what does not come from the upstream's address and port.
"""

import contextlib
import logging
import socket
from collections.abc import Callable
from typing import Final, Protocol

from blocker.upstream.base import Attempt
from blocker.upstream.poller import Poller

SIZE: Final = 128  # open at once; any 112 questions in a row leave from as many ports
CHOICE: Final = 16  # of those that rested longest, the next is drawn
LIFE: Final = 30.0  # seconds
QUESTIONS: Final = 1000
GRACE: Final = 5.0  # seconds a retired port still waits for its answers

log = logging.getLogger(__name__)


class Receiver(Protocol):
    """Whose ports they are."""

    def received(self, port: "Port", message: bytes, now: float) -> None:
        """A datagram that is not simply the answer to a question of this port."""

    def broke(self, port: "Port", error: OSError, now: float) -> None:
        """The kernel says that the upstream cannot be reached."""


class Port:
    """One socket and the questions it waits on. `left` is how many more it may carry."""

    __slots__ = ("descriptor", "expires", "left", "pending", "receive", "send", "sock", "upstream")

    def __init__(self, sock: socket.socket, upstream: Receiver, now: float) -> None:
        self.sock = sock
        self.descriptor = sock.fileno()
        self.send = sock.send
        self.receive = sock.recv
        self.upstream = upstream
        self.pending: dict[bytes, Attempt] = {}
        self.left = QUESTIONS
        self.expires = now + LIFE


class Ports:
    """The ports of one upstream. `connect` opens a socket to it."""

    def __init__(
        self, upstream: Receiver, poller: Poller, connect: Callable[[], socket.socket]
    ) -> None:
        self._upstream = upstream
        self._poller = poller
        self._connect = connect
        self._ring: list[Port | None] = [None] * SIZE
        self._at = 0
        self._retired: list[Port] = []

    def take(self, draw: int, now: float) -> Port:
        """The port for the next question; `draw` is a random octet. OSError when there is none."""
        ring = self._ring
        at = self._at
        drawn = (at + draw % CHOICE) % SIZE
        port = ring[drawn]
        ring[drawn] = ring[at]
        self._at = (at + 1) % SIZE
        if port is None or port.left <= 0 or now >= port.expires:
            port = self._renew(at, port, now)
        else:
            ring[at] = port
        port.left -= 1
        return port

    def sweep(self, now: float) -> None:
        """Close the retired ports that nothing is awaited on."""
        if self._retired:
            done = [port for port in self._retired if not port.pending or now >= port.expires]
            self._retired = [port for port in self._retired if port not in done]
            for port in done:
                self._close(port)

    def close(self) -> None:
        for port in (*self._ring, *self._retired):
            if port is not None:
                self._close(port)
        self._ring = [None] * SIZE
        self._retired = []

    def _renew(self, at: int, old: Port | None, now: float) -> Port:
        """A new port for this place in the ring."""
        ring = self._ring
        if old is not None and not old.pending:
            self._close(old)  # first: then its descriptor is free, even when no other is
            old = None
        ring[at] = old
        try:
            port = Port(self._connect(), self._upstream, now)
        except OSError as error:
            # A port that has served too long is better than no answer.
            log.debug("no new socket for an upstream: %s", error)
            spare = old or next((port for port in ring if port is not None), None)
            if spare is None:
                raise
            return spare
        self._poller.add(port)
        if old is not None:
            old.expires = now + GRACE
            self._retired.append(old)
        ring[at] = port
        return port

    def _close(self, port: Port) -> None:
        self._poller.discard(port)
        with contextlib.suppress(OSError):
            port.sock.close()
