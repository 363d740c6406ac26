"""The connections to an upstream that are kept (RFC 7766 section 6.2.1), of whatever kind: one, as
long as the server answers all that is asked on it.

Rule: a server may close it when idle, after so many answers, or lose it without a word; a question
on its way then is asked again on a new one, unseen by clients.
"""

import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Final, Generic, TypeVar

from blocker.upstream.base import Attempt, Clock, Sink
from blocker.upstream.connection import Connection
from blocker.upstream.endpoint import reason_of

OPENING: Final = 4.0  # seconds; then the next question opens a connection of its own
SILENCE: Final = 0.5  # seconds in which nothing at all was heard of a peer that was asked
ROUNDS: Final = 3  # or so many times to it and back, if that takes longer
ABREAST: Final = 8  # connections at once, to a server that answers few questions on each
LOSSES: Final = 32  # connections that a question may see end; it might be the cause
HELD_TO: Final = 60.0  # seconds that a server's limit is; to find it anew costs no client an answer

_NO_LIMIT: Final = sys.maxsize

Kind = TypeVar("Kind", bound=Connection)


class Kept(ABC, Generic[Kind]):
    """Asks on a connection; it is opened when there is none that has room."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._connection: Kind | None = None  # the one that was asked last
        self._open: list[Kind] = []
        self._limit = _NO_LIMIT  # questions that a connection carries
        self._limited_until = 0.0
        self._ended_after = 0  # answers, the last one that dropped questions
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
        if connection is None or connection.closed or self._is_full(connection):
            connection = self._connection = self._another()
        return connection

    def timed_out(self, attempt: Attempt, now: float) -> None:
        """No answer in time. Is the server slow, or the connection dead?"""
        connection = next((one for one in self._open if one.pending is attempt.pending), None)
        if connection is None:
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
            for other in tuple(connection.pending.values()):
                if other.exchange is attempt.exchange:
                    other.withdraw()  # the forwarder asks it anew
            connection.abandon()

    def lost(self, connection: Connection, attempts: Sequence[Attempt], reason: str) -> None:
        """The connection ended with these unanswered."""
        self._open = [one for one in self._open if one is not connection]
        self._note_limit(connection, attempts)
        for attempt in attempts:
            # One that worked was idle for too long, or has answered all that it was going to. One
            # that never did may be one too many for a server that takes few questions on each.
            self.ask_again(
                attempt, reason, free=connection.answered > 0, once=self._limit < _NO_LIMIT
            )

    def ask_again(self, attempt: Attempt, reason: str, *, free: bool, once: bool) -> None:
        """It was lost. free: others were answered, so the server is well; once: try once more."""
        free = free and attempt.losses < LOSSES
        if attempt.exchange.done or not (free or (once and not attempt.resent)):
            self._sink.failed(attempt, reason, self._clock())
            return
        if free:
            attempt.losses += 1
        else:
            attempt.resent = True
        self.put_late(attempt)

    def put_late(self, attempt: Attempt) -> None:
        """As `put`, when who sent it has gone on: that it cannot be asked is told as a failure."""
        try:
            self.put(attempt)
        except OSError as error:
            self._sink.failed(attempt, reason_of(error), self._clock())

    def close(self) -> None:
        for connection in tuple(self._open):
            connection.pending.clear()
            connection.abandon()

    def _is_full(self, connection: Kind) -> bool:
        return connection.answered + len(connection.pending) >= self._limit

    def _another(self) -> Kind:
        if self._clock() >= self._limited_until:
            self._limit = _NO_LIMIT
        for connection in tuple(self._open):
            if connection.is_stale or (self._is_full(connection) and not connection.pending):
                connection.abandon()
        for connection in self._open:
            if not self._is_full(connection):
                return connection
        if len(self._open) >= ABREAST:
            # The question waits for its turn there; when the connection ends, it gets another.
            return min(self._open, key=lambda one: len(one.pending))
        self._open.append(self.connect())
        return self._open[-1]

    def _note_limit(self, connection: Connection, attempts: Sequence[Attempt]) -> None:
        """Two that dropped questions after as many answers say how many there are on one.

        One alone may have been cut off. One that was idle drops what came after its last answer.
        """
        answered = connection.answered
        if not answered or connection.abandoned:
            return
        if any(one.sent <= connection.answered_at for one in attempts):
            if answered == self._ended_after:
                self._limit = answered
                self._limited_until = self._clock() + HELD_TO
            self._ended_after = answered
