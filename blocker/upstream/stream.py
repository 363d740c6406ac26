"""tcp:// and tls://: questions one after the other on one connection, answers in whatever order.

Rule: one connection is kept (RFC 7766 section 6.2.1). A server may close it when idle, or lose it
without a word; a question on its way then is asked once more on a new one, unseen by clients.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, Protocol

from blocker.upstream.base import Attempt, Clock, Exchange, Sink, Upstream
from blocker.upstream.connection import Channel, Connection
from blocker.upstream.endpoint import Endpoint
from blocker.upstream.packet import (
    KEEPALIVE,
    Entropy,
    compose,
    is_bare_refusal,
    is_response,
    keepalive_of,
    padded,
    repeats,
    with_options,
)

if TYPE_CHECKING:
    from blocker.upstream.poller import Poller

OPENING: Final = 4.0  # seconds; then the next question opens a connection of its own
SILENCE: Final = 0.5  # seconds in which nothing at all was heard of a peer that was asked
EARLIER: Final = 1.0  # seconds before a server would close an idle connection, we do
LONGEST_IDLE: Final = 120.0


class Secured(Protocol):
    """Who a peer must prove to be."""

    def channel(self) -> Channel: ...


class Stream:
    """The kept connection to one endpoint."""

    def __init__(self, endpoint: Endpoint, clock: Clock, secured: Secured | None = None) -> None:
        self._endpoint = endpoint
        self._clock = clock
        self._secured = secured
        self._entropy = Entropy()
        self._connection: Connection | None = None
        self._sink: Sink

    def open(self, sink: Sink) -> None:
        self._sink = sink

    def send(self, upstream: Upstream, exchange: Exchange, now: float, *, edns: bool) -> Attempt:
        """Ask on the connection; it is opened when there is none."""
        # TCP is hard to forge into, so the question goes in lower case: some servers change it.
        question = exchange.query.name + exchange.query.question[-4:]
        attempt = Attempt(exchange, upstream, {}, b"", question, now, edns, stream=True)
        self._put(attempt)
        return attempt

    def timed_out(self, attempt: Attempt, now: float) -> None:
        """No answer in time. Is the server slow, or the connection dead?"""
        connection = self._connection
        if connection is None or attempt.pending is not connection.pending:
            return
        if not connection.ready:
            gone = now - connection.opened >= OPENING
        else:
            # What the peer's kernel has taken note of is not lost: the server may need its time.
            silent = now - max(connection.heard, attempt.exchange.started)
            gone = connection.heard < attempt.sent and (connection.is_stuck or silent >= SILENCE)
        if gone:
            for other in connection.pending.values():
                other.resent = (
                    other.resent or other.exchange is attempt.exchange
                )  # it is asked anew
            connection.abandon()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.pending.clear()
            self._connection.abandon()

    def _put(self, attempt: Attempt) -> None:
        connection = self._connection
        if connection is None or connection.closed:
            channel = self._secured.channel() if self._secured else None
            connection = Connection(self._endpoint, self, self._clock, channel)
            self._connection = connection
        packet_id = self._entropy.take(2)
        while packet_id in connection.pending:
            packet_id = self._entropy.take(2)
        attempt.packet_id = packet_id
        attempt.pending = connection.pending
        connection.pending[packet_id] = attempt
        shape = attempt.exchange.query.key[-1]
        message = compose(packet_id, shape, attempt.question, edns=attempt.edns)
        if attempt.edns:
            options = b"" if connection.answered else KEEPALIVE
            message = padded(message, options) if self._secured else with_options(message, options)
        connection.write(message)

    def received(self, connection: Connection, message: bytes) -> None:
        """One whole message from the peer."""
        attempt = connection.pending.pop(message[:2], None)
        if attempt is None:
            return  # the answer to a question that was withdrawn
        now = self._clock()
        if is_response(message) and repeats(message, attempt.question) and not message[2] & 0x02:
            if connection.answered == 1:
                self._note_idleness(connection, keepalive_of(message, attempt.question))
            self._sink.answered(attempt, message, now)
        elif attempt.edns and is_bare_refusal(message):
            self._sink.ununderstood(attempt, now)
        else:
            self._sink.failed(attempt, "sent nonsense", now)

    def lost(self, connection: Connection, attempts: Iterable[Attempt], reason: str) -> None:
        """The connection ended with these unanswered."""
        now = self._clock()
        for attempt in attempts:
            # A connection that worked before may just have been idle for too long.
            if connection.answered and not attempt.resent and not attempt.exchange.done:
                attempt.resent = True
                self._put(attempt)
            else:
                self._sink.failed(attempt, reason, now)

    @staticmethod
    def _note_idleness(connection: Connection, seconds: float | None) -> None:
        """Close before the server does, but do not keep it open for ever either."""
        if seconds is not None:
            connection.idle_seconds = min(max(seconds - EARLIER, 0.0), LONGEST_IDLE)


class StreamUpstream(Upstream):
    """A resolver asked over connections alone; `secured` ones are encrypted."""

    def __init__(
        self, url: str, endpoint: Endpoint, clock: Clock, secured: Secured | None = None
    ) -> None:
        super().__init__(url, str(endpoint))
        self._stream = Stream(endpoint, clock, secured)

    def open(self, sink: Sink, poller: "Poller") -> None:
        self._stream.open(sink)

    def send(self, exchange: Exchange, now: float, *, edns: bool = True) -> Attempt:
        return self._stream.send(self, exchange, now, edns=edns and now >= self.plain_until)

    def send_stream(self, exchange: Exchange, now: float) -> Attempt:
        return self.send(exchange, now)

    def timed_out(self, attempt: Attempt, now: float) -> None:
        self._stream.timed_out(attempt, now)

    def sweep(self, now: float) -> None:
        """Nothing is left behind: the connection times itself."""

    def close(self) -> None:
        self._stream.close()
