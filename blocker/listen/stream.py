"""Connections from clients: messages with a 2-octet length before each (RFC 1035 section 4.2.2).

Queries are answered as their answers come, not in the order asked (RFC 7766 section 7). What a
stranger may hold is bounded: connections, questions in flight, unread replies, and time.
"""

import asyncio
import socket
from collections import Counter
from collections.abc import Callable
from typing import Any, Final, cast

from blocker.core.engine import Engine, Forward
from blocker.listen.udp import Asks
from blocker.transports import loosen

IDLE_SECONDS: Final = 10.0  # without a question; RFC 7766 section 6.2.3 asks for a few seconds
MESSAGE_SECONDS: Final = 5.0  # from the first octet of a message to its last
READ_SECONDS: Final = 10.0  # for a client to take replies it was sent
SWEEP_SECONDS: Final = 1.0  # between looks at who is overdue
CONNECTIONS_A_CLIENT: Final = 32
CONNECTIONS: Final = 1024
IN_FLIGHT: Final = (
    256  # questions of one connection; beyond it we stop reading until some are answered
)
UNREAD: Final = 256 << 10  # octets of replies the client has not taken; beyond it likewise


class StreamListener:
    """One listening socket and its connections."""

    def __init__(
        self,
        sock: socket.socket,
        engine: Engine,
        forwarder: Asks,
        clock: Callable[[], float],
        room: int = CONNECTIONS,
    ) -> None:
        self.room = room  # connections at a time
        self.socket = sock
        self.engine = engine
        self.ask = forwarder.ask
        self.clock = clock
        self.connections: set[Connection] = set()
        self.by_client: Counter[str] = Counter()
        self.turned_away = 0
        self._server: asyncio.Server | None = None
        self._sweep: asyncio.TimerHandle | None = None

    async def start(self) -> None:
        """Begin to accept."""
        loop = asyncio.get_running_loop()
        self.socket.setblocking(False)
        self._server = await loop.create_server(lambda: Connection(self), sock=self.socket)
        self._sweep = loop.call_later(SWEEP_SECONDS, self._close_overdue)

    def stop(self) -> None:
        """Accept no more and read no more; each connection ends when its last answer is sent."""
        if self._server is not None:
            self._server.close()
        if self._sweep is not None:
            self._sweep.cancel()
        for connection in tuple(self.connections):
            connection.finish()

    def admits(self, client: str) -> bool:
        """Whether there is room for one more connection of this client."""
        return len(self.connections) < self.room and self.by_client[client] < CONNECTIONS_A_CLIENT

    def _close_overdue(self) -> None:
        now = self.clock()
        for connection in tuple(self.connections):
            connection.close_if_overdue(now)
        self._sweep = asyncio.get_running_loop().call_later(SWEEP_SECONDS, self._close_overdue)


class Connection(asyncio.Protocol):
    """One client's connection."""

    def __init__(self, listener: StreamListener) -> None:
        self._listener = listener
        self._transport: asyncio.Transport | None = None
        self._client = ""
        self._received = bytearray()
        self._in_flight = 0
        self._full = False  # the client does not take its replies
        self._ending = False  # nothing more will be read
        self._serving = False
        self._since = listener.clock()  # when what we now wait for began

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        loosen(transport)
        self._transport = cast(asyncio.Transport, transport)  # a TCP server gives no other
        self._client = transport.get_extra_info("peername", ("", 0))[0]
        if not self._client or not self._listener.admits(self._client):
            self._listener.turned_away += 1
            self._transport.abort()
            return
        self._transport.set_write_buffer_limits(UNREAD)
        self._listener.connections.add(self)
        self._listener.by_client[self._client] += 1

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self in self._listener.connections:
            self._listener.connections.discard(self)
            self._listener.by_client[self._client] -= 1
            if not self._listener.by_client[self._client]:
                del self._listener.by_client[self._client]

    def data_received(self, data: bytes) -> None:
        if not self._received:
            self._since = self._listener.clock()
        self._received += data
        self._serve()

    def eof_received(self) -> bool:
        """The client asks no more but still reads (RFC 7766 section 6.2.4)."""
        self.finish()
        return True

    def pause_writing(self) -> None:
        self._full, self._since = True, self._listener.clock()
        self._pace()

    def resume_writing(self) -> None:
        self._full, self._since = False, self._listener.clock()
        self._serve()

    def send(self, packet: bytes, address: Any = None) -> None:
        """A reply that had to wait."""
        self._write(packet)
        self.withhold()

    def withhold(self, address: Any = None) -> None:
        """What had to wait gets no reply: a rule says so."""
        self._in_flight -= 1
        self._serve()

    def finish(self) -> None:
        """Read no more; close once every question asked has its answer."""
        self._ending = True
        self._pace()
        self._close_when_done()

    def close_if_overdue(self, now: float) -> None:
        waited = now - self._since
        if self._full:
            overdue = waited > READ_SECONDS
        elif self._received and self._in_flight < IN_FLIGHT:
            overdue = waited > MESSAGE_SECONDS
        else:
            overdue = not self._in_flight and waited > IDLE_SECONDS
        if overdue and self._transport is not None:
            self._transport.abort()

    def _serve(self) -> None:
        """Ask the engine about every whole message, as far as the bounds allow."""
        if self._transport is None or self._transport.is_closing():
            return  # nobody waits for an answer any more
        if self._serving:  # a reply came before ask() returned: the loop below goes on
            return
        self._serving = True
        received = self._received
        at = 0
        while not self._full and self._in_flight < IN_FLIGHT and len(received) - at >= 2:
            end = at + 2 + (received[at] << 8 | received[at + 1])
            if len(received) < end:
                break
            self._query(bytes(received[at + 2 : end]))
            at = end
        self._serving = False
        if at:
            del received[:at]
            self._since = self._listener.clock()
        self._pace()
        self._close_when_done()

    def _query(self, packet: bytes) -> None:
        listener = self._listener
        outcome = listener.engine.on_stream_query(packet, self._client, listener.clock())
        if isinstance(outcome, Forward):
            self._in_flight += 1
            listener.ask(outcome, self, None)
        elif outcome is not None:
            self._write(outcome)

    def _write(self, packet: bytes) -> None:
        # A client may be gone before we are told: asyncio would complain of each further write.
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(len(packet).to_bytes(2, "big") + packet)
            self._since = self._listener.clock()

    def _pace(self) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        if self._full or self._ending or self._in_flight >= IN_FLIGHT:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    def _close_when_done(self) -> None:
        if self._ending and not self._in_flight and self._transport is not None:
            self._transport.close()
