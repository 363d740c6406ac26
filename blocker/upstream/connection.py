"""One connection to an upstream, TCP or TLS: 2-octet framing, many questions at a time (RFC 7766).

Rule: it opens when it is made, is used until it ends, and says so once; it is never opened again.
Questions asked in one turn of the event loop leave in one piece: in one packet, in one TLS record.
"""

import asyncio
import fcntl
import logging
import struct
import termios
from collections.abc import Iterable
from typing import Final, Protocol

from blocker.upstream.base import Attempt, Clock
from blocker.upstream.endpoint import Endpoint, reason_of

OPEN_SECONDS: Final = 10.0  # for connecting and the handshake; clients are failed over long before
IDLE_SECONDS: Final = 30.0

log = logging.getLogger(__name__)


class Owner(Protocol):
    """Who made the connection."""

    def received(self, connection: "Connection", message: bytes) -> None: ...

    def lost(self, connection: "Connection", attempts: Iterable[Attempt], reason: str) -> None: ...


class Channel(Protocol):
    """What encrypts a connection: octets in, octets out. OSError when the peer is not the one."""

    ready: bool  # whether anything may be asked
    ended: bool  # whether the peer has said its last word

    def receive(self, octets: bytes) -> bytes:
        """What the peer said. It may have to be told something for that: see `due`."""

    def seal(self, plain: bytes) -> None: ...

    def due(self) -> bytes:
        """What is to be sent now."""


class Connection(asyncio.Protocol):
    """`pending` holds what is asked on it; `heard` is when it last said anything."""

    def __init__(
        self, endpoint: Endpoint, owner: Owner, clock: Clock, channel: Channel | None = None
    ) -> None:
        self.pending: dict[bytes, Attempt] = {}
        self.opened = self.heard = clock()
        self.answered = 0
        self.closed = False
        self.ready = False
        self.idle_seconds = IDLE_SECONDS
        self._endpoint = endpoint
        self._owner = owner
        self._clock = clock
        self._channel = channel
        self._transport: asyncio.Transport | None = None
        self._unsent = bytearray()
        self._unread = bytearray()
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(OPEN_SECONDS, self.abandon)
        self._opening = self._loop.create_task(self._open())  # held until it is done

    @property
    def is_stuck(self) -> bool:
        """Whether the peer's kernel has not even taken note of what was sent."""
        if self._transport is None:
            return True
        try:
            sock = self._transport.get_extra_info("socket")
            octets = fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, bytes(4))
        except OSError:
            return True
        return any(octets)

    def write(self, message: bytes) -> None:
        if self.ready and not self._unsent:
            self._loop.call_soon(self._flush)
        self._unsent += struct.pack(">H", len(message)) + message

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
        self._transport = transport
        if self._channel is None:
            self._begin()
        else:
            transport.write(self._channel.due())

    def data_received(self, octets: bytes) -> None:
        self.heard = self._clock()
        channel = self._channel
        if channel is not None:
            octets = self._through(channel, octets)
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
        try:
            sock = self._endpoint.stream()
            try:
                await self._loop.sock_connect(sock, self._endpoint.sockaddr)
                await self._loop.create_connection(lambda: self, sock=sock)
            except BaseException:
                sock.close()
                raise
        except OSError as error:
            self._end(reason_of(error))

    def _through(self, channel: Channel, octets: bytes) -> bytes:
        """What was said, decrypted; nothing while the peer still has to prove who it is."""
        transport = self._transport
        assert transport is not None  # noqa: S101 - narrows the type
        try:
            octets = channel.receive(octets)
        except OSError as error:
            if alert := channel.due():
                transport.write(alert)
            self._end(reason_of(error))
            transport.close()
            return b""
        if reply := channel.due():
            transport.write(reply)
        if channel.ready and not self.ready:
            self._begin()
        if channel.ended:
            transport.close()
        return octets

    def _begin(self) -> None:
        self.ready = True
        self._timer.cancel()
        if self._unsent:
            self._flush()
        self._watch_idleness()

    def _flush(self) -> None:
        unsent = bytes(self._unsent)
        self._unsent.clear()
        if self.closed or self._transport is None:
            return
        if self._channel is None:
            self._transport.write(unsent)
            return
        self._channel.seal(unsent)
        self._transport.write(self._channel.due())

    def _end(self, reason: str) -> None:
        if self.closed:
            return
        self.closed = True
        self._timer.cancel()
        attempts = tuple(self.pending.values())
        self.pending.clear()
        try:
            self._owner.lost(self, attempts, reason)
        except Exception:
            log.exception("the end of an upstream's connection could not be dealt with")

    def _watch_idleness(self) -> None:
        """Close it when nothing was asked or heard for a while: the peer would have to, else."""
        left = self.heard + self.idle_seconds - self._clock()
        if left > 0 or self.pending:
            self._timer = self._loop.call_later(max(left, 1.0), self._watch_idleness)
        elif self._transport is not None:
            self._transport.close()
