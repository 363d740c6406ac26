"""One connection to an upstream, TCP or TLS: 2-octet framing, many questions at a time (RFC 7766).

Rule: it opens when it is made, is used until it ends, and says so once; it is never opened again.
"""

import asyncio
import logging
import struct
from collections.abc import Iterable
from typing import Any, Final, Protocol

from blocker.upstream.base import Attempt, Clock
from blocker.upstream.endpoint import Endpoint, reason_of

CONNECT_SECONDS: Final = 4.0  # as long as a client waits at the most
IDLE_SECONDS: Final = 30.0

log = logging.getLogger(__name__)


class Owner(Protocol):
    """Who made the connection."""

    def received(self, connection: "Connection", message: bytes) -> None: ...

    def lost(self, connection: "Connection", attempts: Iterable[Attempt], reason: str) -> None: ...


class Secured(Protocol):
    """What makes a connection an encrypted one, and its peer the right one."""

    @property
    def opening(self) -> dict[str, Any]: ...

    def fault(self, connected: Any) -> str: ...


class Connection(asyncio.Protocol):
    """`pending` holds what is asked on it; `heard` is when it last said anything."""

    def __init__(
        self, endpoint: Endpoint, owner: Owner, clock: Clock, secured: Secured | None = None
    ) -> None:
        self.pending: dict[bytes, Attempt] = {}
        self.heard = 0.0
        self.answered = 0
        self.closed = False
        self._endpoint = endpoint
        self._owner = owner
        self._clock = clock
        self._secured = secured
        self._opened = clock()
        self._transport: asyncio.Transport | None = None
        self._unsent = bytearray()
        self._unread = bytearray()
        self._loop = asyncio.get_running_loop()
        self._idle: asyncio.TimerHandle | None = None
        self._opening = self._loop.create_task(self._open())  # held until it is done

    def write(self, message: bytes) -> None:
        framed = struct.pack(">H", len(message)) + message
        if self._transport is None:
            self._unsent += framed
        else:
            self._transport.write(framed)

    def abandon(self) -> None:
        """Close it now; what it still owes is reported lost."""
        self._opening.cancel()
        if self._transport is not None:
            self._transport.abort()
        self._end("timeout")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - narrows the type
        if self.closed:
            transport.abort()
            return
        if self._secured is not None:
            fault = self._secured.fault(transport.get_extra_info("ssl_object"))
            if fault:
                transport.abort()
                self._end(fault)
                return
        self._transport = transport
        transport.write(bytes(self._unsent))
        self._unsent.clear()
        self._watch_idleness()

    def data_received(self, octets: bytes) -> None:
        self.heard = self._clock()
        unread = self._unread
        unread += octets
        at = 0
        while len(unread) >= at + 2:
            end = at + 2 + (unread[at] << 8 | unread[at + 1])
            if len(unread) < end:
                break
            message = bytes(unread[at + 2 : end])
            at = end
            self.answered += 1
            try:
                self._owner.received(self, message)
            except Exception:
                log.exception("an upstream's message could not be dealt with")
        del unread[:at]

    def connection_lost(self, error: Exception | None) -> None:
        self._end(reason_of(error) if error else "connection closed")

    async def _open(self) -> None:
        secured = self._secured.opening if self._secured else {}
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                sock = self._endpoint.stream()
                try:
                    await self._loop.sock_connect(sock, self._endpoint.sockaddr)
                    await self._loop.create_connection(lambda: self, sock=sock, **secured)
                except BaseException:
                    sock.close()
                    raise
        except OSError as error:  # TimeoutError is one
            self._end(reason_of(error))

    def _end(self, reason: str) -> None:
        if self.closed:
            return
        self.closed = True
        if self._idle is not None:
            self._idle.cancel()
        attempts = tuple(self.pending.values())
        self.pending.clear()
        try:
            self._owner.lost(self, attempts, reason)
        except Exception:
            log.exception("the end of an upstream's connection could not be dealt with")

    def _watch_idleness(self) -> None:
        """Close it when nothing was asked or heard for a while: the peer would have to, else."""
        idle = self._clock() - max(self.heard, self._opened) >= IDLE_SECONDS
        if idle and not self.pending and self._transport is not None:
            self._transport.close()
            return
        self._idle = self._loop.call_later(IDLE_SECONDS, self._watch_idleness)
