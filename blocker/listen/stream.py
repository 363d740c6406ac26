"""Messages with a 2-octet length before each (RFC 1035 section 4.2.2), over TCP or TLS.

Queries are answered as their answers come, not in the order asked (RFC 7766 section 7).
"""

import socket
from collections.abc import Callable
from typing import Any

from blocker.core.engine import Engine
from blocker.core.options import KEPT, granted, wishes
from blocker.listen import connections
from blocker.listen.connections import Connection, Listener
from blocker.listen.udp import Asks


class StreamListener(Listener):
    """DNS over TCP."""

    def __init__(
        self,
        sock: socket.socket,
        engine: Engine,
        forwarder: Asks,
        clock: Callable[[], float],
        room: int = connections.CONNECTIONS,
    ) -> None:
        super().__init__(sock, engine, forwarder, clock, StreamConnection, room=room)


class StreamConnection(Connection):
    """`grants` are the wishes of a query that this transport fulfils."""

    def __init__(self, listener: Listener, grants: int = KEPT) -> None:
        super().__init__(listener)
        self._grants = grants
        self._received = bytearray()
        self._serving = False
        self._ready: list[bytes] = []  # replies that go out together
        self._octets = 0  # of these

    @property
    def _partial(self) -> bool:
        return bool(self._received)

    def data_received(self, data: bytes) -> None:
        if not self._received:
            self._since = self._listener.clock()
        self._received += data
        self._serve()

    def send(self, packet: bytes, address: Any = None) -> None:
        """A reply that had to wait; `address` is what its query wished for."""
        self._write(granted(packet, address, self._listener.idle) if address else packet)
        self.withhold()

    def withhold(self, address: Any = None) -> None:
        """What had to wait gets no reply: a rule says so."""
        self._in_flight -= 1
        self._serve()

    def _serve(self) -> None:
        if self._gone:
            return  # nobody waits for an answer any more
        if self._serving or self._due:  # the loop below goes on, now or in its next turn
            return
        self._serving = True
        received = self._received
        at, left = 0, connections.QUESTIONS_A_TURN
        while (
            not self._full and self._in_flight < connections.IN_FLIGHT and len(received) - at >= 2
        ):
            end = at + 2 + (received[at] << 8 | received[at + 1])
            if len(received) < end:
                break
            if not left or self._octets > connections.OCTETS_A_TURN:
                self._put_off()
                break
            left -= 1
            self._query(bytes(received[at + 2 : end]))
            at = end
        self._serving = False
        if at:
            del received[:at]
            self._since = self._listener.clock()
        if self._ready:
            self._flush()
        self._pace()
        self._close_when_done()

    def _query(self, packet: bytes) -> None:
        wished = wishes(packet) & self._grants
        reply = self._asks(packet, wished)
        if reply is not None:
            self._write(granted(reply, wished, self._listener.idle) if wished else reply)

    def _write(self, packet: bytes) -> None:
        self._ready += (len(packet).to_bytes(2, "big"), packet)
        self._octets += len(packet)
        if not self._serving:
            self._flush()

    def _flush(self) -> None:
        ready = b"".join(self._ready)
        self._ready, self._octets = [], 0
        # A client may be gone before we are told: asyncio would complain of each further write.
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(ready)
            self._since = self._listener.clock()
            if self._full:
                self._note_untaken(len(ready))
