"""One connection to an upstream, in clear or encrypted; what is said on it its kinds know.

Rule: it opens when it is made, is used until it ends, and says so once; it is never opened again.
Questions asked in one turn of the event loop leave in one piece: in one packet, in one TLS record.
"""

import asyncio
import logging
import socket
import struct
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from blocker.transports import loosen
from blocker.upstream.base import Attempt, Clock
from blocker.upstream.endpoint import Endpoint, reason_of

OPEN_SECONDS: Final = 10.0  # for connecting and the handshake; clients are failed over long before
IDLE_SECONDS: Final = 30.0

log = logging.getLogger(__name__)

# struct tcp_info of Linux: what was sent again without an answer, and the smoothed round trip.
_INFO: Final = struct.Struct("=2xB65xI")


@dataclass(frozen=True, slots=True)
class NetworkPath:
    """lost: what was sent had to be sent again, and is still not acknowledged. rtt in seconds."""

    lost: bool
    rtt: float


class Owner(Protocol):
    """Who made the connection, and is told of its end."""

    def lost(self, connection: "Connection", attempts: Sequence[Attempt], reason: str) -> None: ...


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
    """`pending` holds what is asked on it; `heard` is when the peer last said anything.

    A kind of connection says how questions are put.
    """

    def __init__(
        self, endpoint: Endpoint, owner: Owner, clock: Clock, channel: Channel | None = None
    ) -> None:
        self.pending: dict[bytes, Attempt] = {}
        self.opened = self.heard = clock()
        self.answered = 0
        self.answered_at = self.opened
        self.abandoned = False
        self.closed = False
        self.ready = False
        self.idle_seconds = IDLE_SECONDS
        self._endpoint = endpoint
        self._owner = owner
        self._clock = clock
        self._channel = channel
        self._transport: asyncio.Transport | None = None
        self._unsent = bytearray()
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(OPEN_SECONDS, self.abandon)
        self._opening = self._loop.create_task(self._open())  # held until it is done

    @property
    def is_stale(self) -> bool:
        """Whether the peer has closed it by now, if it keeps to what it said."""
        if self.pending or not self.ready:
            return False
        return self._clock() - self.heard > self.idle_seconds

    @property
    def path(self) -> NetworkPath:
        """What the kernel knows of the way to the peer."""
        try:
            sock = self._transport.get_extra_info("socket") if self._transport else None
            info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _INFO.size) if sock else b""
        except OSError:
            info = b""
        if len(info) < _INFO.size:
            return NetworkPath(lost=True, rtt=0.0)
        retransmits, microseconds = _INFO.unpack(info)
        return NetworkPath(lost=retransmits > 0, rtt=microseconds / 1e6)

    @abstractmethod
    def hear(self, octets: bytes) -> None:
        """What the peer said."""

    def begin(self) -> None:
        """The peer is there, and is the one. What was said before goes out now."""

    def say(self, octets: bytes) -> None:
        """To the peer, before the event loop's next turn; when it is there, if it is not yet."""
        if self.ready and not self._unsent:
            self._loop.call_soon(self._flush)
        self._unsent += octets

    def note_answer(self) -> None:
        self.answered += 1
        self.answered_at = self.heard

    def finish(self, reason: str) -> None:
        """Close it because of what the peer did."""
        if self._transport is not None:
            self._transport.close()
        self._end(reason)

    def abandon(self) -> None:
        """Close it now; what it still owes is reported lost."""
        self.abandoned = True
        self._opening.cancel()
        if self._transport is not None:
            self._transport.abort()
        self._end("timeout")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - narrows the type
        if self.closed:
            transport.abort()
            return
        loosen(transport)
        self._transport = transport
        if self._channel is None:
            self._become_ready()
        else:
            transport.write(self._channel.due())

    def data_received(self, octets: bytes) -> None:
        self.heard = self._clock()
        channel = self._channel
        if channel is not None:
            octets = self._through(channel, octets)
        if octets and not self.closed:
            self.hear(octets)

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
            self.finish(reason_of(error))
            return b""
        if reply := channel.due():
            transport.write(reply)
        if channel.ready and not self.ready:
            self._become_ready()
        if channel.ended:
            transport.close()
        return octets

    def _become_ready(self) -> None:
        self.ready = True
        self._timer.cancel()
        self.begin()
        if self._unsent:
            self._flush()
        self._watch_idleness()

    def _flush(self) -> None:
        unsent = bytes(self._unsent)
        self._unsent.clear()
        if not unsent or self.closed or self._transport is None:
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
