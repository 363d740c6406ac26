"""The one connection to an upstream that is kept (RFC 7766 section 6.2.1), of whatever kind.

Rule: a server may close it when idle, or lose it without a word; a question on its way then is
asked once more on a new one, unseen by clients.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Final, Generic, TypeVar

from blocker.upstream.base import Attempt, Clock, Sink
from blocker.upstream.connection import Connection
from blocker.upstream.endpoint import reason_of

OPENING: Final = 4.0  # seconds; then the next question opens a connection of its own
SILENCE: Final = 0.5  # seconds in which nothing at all was heard of a peer that was asked
ROUNDS: Final = 3  # or so many times to it and back, if that takes longer

Kind = TypeVar("Kind", bound=Connection)


class Kept(ABC, Generic[Kind]):
    """Asks on the connection; it is opened when there is none."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._connection: Kind | None = None
        self._sink: Sink

    def open(self, sink: Sink) -> None:
        self._sink = sink

    @abstractmethod
    def connect(self) -> Kind:
        """A new connection."""

    @abstractmethod
    def put(self, attempt: Attempt) -> None:
        """Ask, on `connection`. Also what was lost on an earlier one."""

    @property
    def connection(self) -> Kind:
        connection = self._connection
        if connection is not None and connection.is_stale:
            connection.abandon()  # its timer slept while the machine did
        if connection is None or connection.closed:
            connection = self._connection = self.connect()
        return connection

    def timed_out(self, attempt: Attempt, now: float) -> None:
        """No answer in time. Is the server slow, or the connection dead?"""
        connection = self._connection
        if connection is None or attempt.pending is not connection.pending:
            return
        if not connection.ready:
            gone = now - connection.opened >= OPENING
        elif connection.heard >= attempt.sent:
            return
        else:
            # What the peer's kernel has acknowledged is not lost: the server may need its time.
            path = connection.path
            silent = now - max(connection.heard, attempt.exchange.started)
            gone = path.lost or silent >= max(SILENCE, ROUNDS * path.rtt)
        if gone:
            for other in connection.pending.values():
                if other.exchange is attempt.exchange:
                    other.resent = True  # the forwarder asks it anew
            connection.abandon()

    def lost(self, connection: Connection, attempts: Sequence[Attempt], reason: str) -> None:
        """The connection ended with these unanswered."""
        now = self._clock()
        for attempt in attempts:
            # A connection that worked before may just have been idle for too long.
            if connection.answered and not attempt.resent and not attempt.exchange.done:
                attempt.resent = True
                try:
                    self.put(attempt)
                except OSError as error:
                    self._sink.failed(attempt, reason_of(error), now)
            else:
                self._sink.failed(attempt, reason, now)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.pending.clear()
            self._connection.abandon()
