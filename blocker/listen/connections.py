"""Connections from clients, whatever they speak: who may have one, and for how long.

Rule: what a stranger may hold is bounded: connections, questions in flight, unread replies, and
time. The protocols built on this move messages; the bounds are the same for all.
"""

import asyncio
import logging
import re
import socket
from abc import abstractmethod
from collections.abc import Callable, Collection, Iterable
from typing import Any, Final, Protocol, cast

from blocker.core.engine import Engine, Forward
from blocker.core.journal import Journal
from blocker.core.wire import unanswerable
from blocker.listen.room import Held, Room, origin
from blocker.listen.udp import Asks
from blocker.transports import loosen

IDLE_SECONDS: Final = 10.0  # without a question; RFC 7766 section 6.2.3 asks for a few seconds
ENCRYPTED_IDLE_SECONDS: Final = 30.0  # a handshake costs both sides more than a kept connection
MESSAGE_SECONDS: Final = 5.0  # from the first octet of a message to its last
READ_SECONDS: Final = 10.0  # for a client to take replies it was sent
SWEEP_SECONDS: Final = 1.0  # between looks at who is overdue
CONNECTIONS: Final = 1024
BACKLOG: Final = 1024  # that wait to be accepted: all at once, after a worker was replaced
ACCEPTED_A_WAKE_UP: Final = 32
IN_FLIGHT: Final = (
    256  # questions of one connection; beyond it we stop reading until some are answered
)
UNREAD: Final = 256 << 10  # octets of replies the client has not taken; beyond it likewise
UNTAKEN: Final = (
    1 << 20
)  # of answers that come even so, for they were on their way; beyond it we go
STALLED: Final = 64  # connections at once whose clients do not take their replies
QUESTIONS_A_TURN: Final = 32  # of one connection, before all others have had their turn
OCTETS_A_TURN: Final = 64 << 10  # of its replies, likewise

log = logging.getLogger(__name__)

_ID: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z")


class Wire(Protocol):
    """What a connection writes to: a transport of asyncio's, or TLS in between."""

    def write(self, data: bytes) -> None: ...
    def writelines(self, pieces: Iterable[bytes]) -> None: ...
    def close(self) -> None: ...
    def abort(self) -> None: ...
    def is_closing(self) -> bool: ...
    def pause_reading(self) -> None: ...
    def resume_reading(self) -> None: ...
    def set_write_buffer_limits(self, high: int) -> None: ...
    def get_extra_info(self, name: str, default: Any = None) -> Any: ...


class Listener:
    """One listening socket and its connections; `accepted` makes the protocol of a new one.

    `name` is what clients verify, if the listener has a certificate: a label before it is an id.
    """

    def __init__(
        self,
        sock: socket.socket,
        engine: Engine,
        forwarder: Asks,
        clock: Callable[[], float],
        accepted: Callable[["Listener"], asyncio.BaseProtocol],
        journal: Journal | None = None,
        idle: float | None = None,
        room: int = CONNECTIONS,
    ) -> None:
        self.socket = sock
        self.engine = engine
        self.ask = forwarder.ask
        self.clock = clock
        self.journal = journal or engine.streams
        self.name = ""
        self.stalled: dict[Connection, None] = {}  # in the order in which they began to be so
        self._room = Room(room)
        self._refused = 0
        self._accepted = accepted
        self._idle = idle
        self._server: asyncio.Server | None = None
        self._sweep: asyncio.TimerHandle | None = None

    @property
    def idle(self) -> float:
        """Seconds that a connection is kept without a question."""
        return IDLE_SECONDS if self._idle is None else self._idle

    async def start(self) -> None:
        """Begin to accept."""
        loop = asyncio.get_running_loop()
        self.socket.setblocking(False)
        self._server = await loop.create_server(
            lambda: self._accepted(self), sock=self.socket, backlog=ACCEPTED_A_WAKE_UP
        )
        self.socket.listen(BACKLOG)  # asyncio takes one number for both
        self._sweep = loop.call_later(SWEEP_SECONDS, self._close_overdue)

    def stop(self) -> None:
        """Accept no more and read no more; each connection ends when its last answer is sent."""
        if self._server is not None:
            self._server.close()
        if self._sweep is not None:
            self._sweep.cancel()
        for connection in tuple(self.connections):
            connection.finish()

    @property
    def connections(self) -> Collection[Held]:
        return self._room.held

    @property
    def turned_away(self) -> int:
        """Connections for which there was no room, at once or when others came."""
        return self._refused + self._room.given_up

    def enter(self, connection: Held, client: str) -> bool:
        """Whether there is room for one more connection of this client, which then counts."""
        if client:  # else it is gone already
            whose = origin(client, stranger=not self.engine.is_home(client))
            if self._room.enter(connection, whose):
                return True
        self._refused += 1
        return False

    def leave(self, connection: Held) -> None:
        self._room.leave(connection)

    def id_in(self, server_name: str) -> str:
        """`anna-phone` of `anna-phone.dns.home.example`; empty when there is none."""
        label, _, name = server_name.lower().rstrip(".").partition(".")
        return label if self.name and name == self.name and is_client_id(label) else ""

    def _close_overdue(self) -> None:
        now = self.clock()
        for connection in tuple(self.connections):
            connection.close_if_overdue(now)
        self._sweep = asyncio.get_running_loop().call_later(SWEEP_SECONDS, self._close_overdue)


class Connection(asyncio.Protocol):
    """One client's connection. A subclass knows the messages: see the abstract methods."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._transport: Wire | None = None
        self._client = ""
        self._client_id = ""  # that it gave itself by the TLS server name
        self._in_flight = 0
        self._full = False  # the client does not take its replies
        self._untaken = 0  # octets written since
        self._due = False  # more is to be served, when the others have had their turn
        self._ending = False  # nothing more will be read
        self._since = listener.clock()  # when what we now wait for began

    @abstractmethod
    def _serve(self) -> None:
        """Ask the engine about the whole messages received, as far as the bounds allow and for one
        turn; what is left then is put off.
        """

    @property
    @abstractmethod
    def _partial(self) -> bool:
        """Whether the rest of a message is to come."""

    @property
    def _waiting(self) -> bool:
        """Whether an answer is still to come, or on its way out."""
        return bool(self._in_flight or self._due or self._full)

    @property
    def _crowded(self) -> bool:
        """Whether some answers have to come before more is asked."""
        return self._in_flight >= IN_FLIGHT

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        loosen(transport)
        self._transport = cast(Wire, transport)  # a TCP server gives no other
        self._client = transport.get_extra_info("peername", ("", 0))[0]
        self._client_id = self._listener.id_in(transport.get_extra_info("server_name", ""))
        if not self._listener.enter(self, self._client):
            self._transport.abort()
            return
        self._transport.set_write_buffer_limits(UNREAD)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._listener.leave(self)
        self._listener.stalled.pop(self, None)

    def eof_received(self) -> bool:
        """The client asks no more but still reads (RFC 7766 section 6.2.4)."""
        self.finish()
        return True

    def pause_writing(self) -> None:
        self._full, self._untaken, self._since = True, 0, self._listener.clock()
        stalled = self._listener.stalled
        stalled[self] = None
        if len(stalled) > STALLED:  # what each may leave unread is little, of a thousand it is not
            first = next(iter(stalled))
            del stalled[first]
            first.give_way()
        self._pace()

    def resume_writing(self) -> None:
        self._full, self._since = False, self._listener.clock()
        self._listener.stalled.pop(self, None)
        self._serve()

    @property
    def claim(self) -> tuple[bool, float]:
        return bool(self._in_flight) and not self._full, self._since

    def give_way(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def finish(self) -> None:
        """Read no more; close once every question asked has its answer."""
        self._ending = True
        self._pace()
        self._close_when_done()

    def close_if_overdue(self, now: float) -> None:
        waited = now - self._since
        if self._full:
            overdue = waited > READ_SECONDS
        elif self._partial and not self._crowded:
            overdue = waited > MESSAGE_SECONDS
        else:
            overdue = not self._waiting and waited > self._listener.idle
        if overdue and self._transport is not None:
            self._transport.abort()

    def _asks(self, packet: bytes, address: Any, client_id: str = "") -> bytes | None:
        """The reply if it is ready, else it comes through `send`; None also for a silence, which
        leaves nothing in flight.
        """
        listener, client = self._listener, self._client
        if client_id or self._client_id:
            client = listener.engine.client_of(client_id or self._client_id, client)
        now, journal = listener.clock(), listener.journal
        try:
            outcome = listener.engine.on_stream_query(packet, client, now, journal)
        except Exception:  # the fault is ours: other questions of this connection go on
            log.exception("a query could not be dealt with")
            return unanswerable(packet)
        if isinstance(outcome, Forward):
            self._in_flight += 1
            listener.ask(outcome, self, address)
            return None
        if outcome is not None:
            journal.waited(listener.clock() - now)
        return outcome

    def _put_off(self) -> None:
        """Serve on in the event loop's next round, after all who have waited."""
        if not self._due:
            self._due = True
            asyncio.get_running_loop().call_soon(self._take_turn)

    def _take_turn(self) -> None:
        self._due = False
        self._serve()

    def _note_untaken(self, octets: int) -> None:
        """What was asked before the client stopped reading is still answered, up to a bound."""
        self._untaken += octets
        if self._untaken > UNTAKEN and self._transport is not None:
            self._transport.abort()

    @property
    def _gone(self) -> bool:
        return self._transport is None or self._transport.is_closing()

    def _pace(self) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        if self._full or self._ending or self._due or self._crowded:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    def _close_when_done(self) -> None:
        if self._ending and not self._waiting and self._transport is not None:
            self._transport.close()


def is_client_id(text: str) -> bool:
    """Whether a client may call itself so: one label of a name, in small letters."""
    return _ID.match(text) is not None
