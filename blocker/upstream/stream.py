"""tcp:// and tls://: questions one after the other on one connection, answers in whatever order.

Rule: what TCP brings is taken at its word: a message that is not the answer to its question is a
failure of the server, not a forgery.
"""

from typing import TYPE_CHECKING, Final, Protocol

from blocker.upstream.base import Attempt, Clock, Exchange, Sink, Upstream
from blocker.upstream.connection import Channel
from blocker.upstream.endpoint import Endpoint
from blocker.upstream.framed import FramedConnection
from blocker.upstream.kept import Kept
from blocker.upstream.packet import (
    KEEPALIVE,
    Entropy,
    compose,
    compose_padded,
    is_answer,
    is_bare_refusal,
    keepalive_of,
    padded,
    with_options,
)

if TYPE_CHECKING:
    from blocker.upstream.poller import Poller

EARLIER: Final = 1.0  # seconds before a server would close an idle connection, we do
LONGEST_IDLE: Final = 120.0


class Secured(Protocol):
    """Who a peer must prove to be."""

    def prepare(self) -> None: ...

    def channel(self, now: float) -> Channel: ...


class Stream(Kept[FramedConnection]):
    """The kept connection to one endpoint; encrypted if it is `secured`."""

    def __init__(self, endpoint: Endpoint, clock: Clock, secured: Secured | None = None) -> None:
        super().__init__(clock)
        self._endpoint = endpoint
        self._secured = secured
        self._entropy = Entropy()

    def open(self, sink: Sink) -> None:
        super().open(sink)
        if self._secured:
            self._secured.prepare()

    def send(self, upstream: Upstream, exchange: Exchange, now: float, *, edns: bool) -> Attempt:
        # TCP is hard to forge into, so the question goes in lower case: some servers change it.
        question = exchange.query.name + exchange.query.question[-4:]
        attempt = Attempt(exchange, upstream, {}, b"", question, now, edns, stream=True)
        self.put(attempt)
        return attempt

    def connect(self) -> FramedConnection:
        channel = self._secured.channel(self._clock()) if self._secured else None
        return FramedConnection(self._endpoint, self, self._clock, channel)

    def put(self, attempt: Attempt) -> None:
        connection = self.connection
        packet_id = self._entropy.take(2)
        while packet_id in connection.pending:
            packet_id = self._entropy.take(2)
        attempt.packet_id = packet_id
        attempt.pending = connection.pending
        connection.pending[packet_id] = attempt
        connection.write(self._message(attempt, first=not connection.answered))

    def _message(self, attempt: Attempt, *, first: bool) -> bytes:
        shape = attempt.exchange.query.key[-1]
        if attempt.edns and self._secured and not first:
            return compose_padded(attempt.packet_id, shape, attempt.question)
        message = compose(attempt.packet_id, shape, attempt.question, edns=attempt.edns)
        if not attempt.edns:
            return message
        options = KEEPALIVE if first else b""
        return padded(message, options) if self._secured else with_options(message, options)

    def received(self, connection: FramedConnection, message: bytes) -> None:
        """One whole message from the peer."""
        attempt = connection.pending.pop(message[:2], None)
        if attempt is None:
            return  # the answer to a question that was withdrawn
        now = connection.heard
        if is_answer(message, attempt.question):
            if connection.answered == 1:
                self._note_idleness(connection, keepalive_of(message, attempt.question))
            self._sink.answered(attempt, message, now)
        elif attempt.edns and is_bare_refusal(message):
            self._sink.ununderstood(attempt, now)
        else:
            self._sink.failed(attempt, "sent nonsense", now)

    @staticmethod
    def _note_idleness(connection: FramedConnection, seconds: float | None) -> None:
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
