"""DNS over HTTPS in HTTP/2: requests side by side, answered as their answers come.

Rule: a stream that its client has reset still counts until its question is answered, so resets buy
no work (CVE-2023-44487). Who breaks the protocol is told how, and let go.
"""

from blocker.core.freshness import freshness
from blocker.core.options import PADDED, granted, wishes
from blocker.listen import connections, frames
from blocker.listen.connections import Connection, Listener
from blocker.listen.doh import TOO_SLOW, Question
from blocker.listen.session import Session
from blocker.listen.streams import Stream


class Http2Connection(Connection):
    """Inside TLS, where `h2` was agreed on."""

    def __init__(self, listener: Listener) -> None:
        super().__init__(listener)
        self._received = bytearray()
        self._session = Session()
        self._streams = self._session.streams
        self._serving = False

    @property
    def _partial(self) -> bool:
        return bool(self._received) or self._session.partial

    @property
    def _waiting(self) -> bool:
        return super()._waiting or bool(self._streams.unsent)

    def data_received(self, data: bytes) -> None:
        if not self._partial:
            self._since = self._listener.clock()
        self._received += data
        self._serve()

    def send(self, packet: bytes, address: Stream) -> None:
        """A reply that had to wait."""
        self._in_flight -= 1
        self._answer(address, packet)
        self._serve()

    def withhold(self, address: Stream) -> None:
        """A rule says that there is no reply."""
        self._in_flight -= 1
        self._reset(address)
        self._serve()

    def finish(self) -> None:
        if not self._ending and not self._gone:
            self._session.part(frames.NO_ERROR)
            self._flush()
        super().finish()

    def close_if_overdue(self, now: float) -> None:
        """A body that does not come is given up by itself: other requests need not wait for it."""
        for stream in self._session.overdue(now - connections.MESSAGE_SECONDS):
            self._session.refuse(stream, TOO_SLOW)
        self._flush()
        if self._streams.unsent and now - self._since > connections.READ_SECONDS:
            if self._transport is not None:
                self._transport.abort()
        else:
            super().close_if_overdue(now)

    def _serve(self) -> None:
        if self._gone or self._serving:
            return
        if self._due:
            self._flush()
            return
        self._serving = True
        try:
            self._take_frames()
        except frames.Broken as broken:
            self._session.part(broken.code)
            self._received.clear()
            self._flush()
            if self._transport is not None:
                self._transport.close()
        self._serving = False
        self._flush()
        self._pace()
        self._close_when_done()

    def _take_frames(self) -> None:
        session, received, at = self._session, self._received, 0
        now, left = self._listener.clock(), connections.QUESTIONS_A_TURN
        while not self._full and not self._ending and self._in_flight < connections.IN_FLIGHT:
            if not left or self._streams.octets > connections.OCTETS_A_TURN:
                self._put_off()
                break
            end = session.take(received, at, now)
            if end == at:
                break
            at, left = end, left - 1  # a frame may be a question: to be refused, say
            if session.requests:
                self._ask(*session.requests.pop())
        if at:
            del received[:at]

    def _ask(self, stream: Stream, question: Question) -> None:
        flying = self._in_flight
        self._since = self._listener.clock()
        stream.wished = wishes(question.message) & PADDED
        reply = self._asks(question.message, stream, question.client_id)
        if reply is not None:
            self._answer(stream, reply)
        elif flying == self._in_flight:
            self._reset(stream)  # unless it was answered at once by another way

    def _answer(self, stream: Stream, packet: bytes) -> None:
        if stream.number in self._streams.open:
            if stream.wished:
                packet = granted(packet, stream.wished, self._listener.idle)
            block = frames.answer_block(len(packet), freshness(packet))
            self._streams.answer(stream, block, packet)

    def _reset(self, stream: Stream) -> None:
        if stream.number in self._streams.open and not stream.unsent:
            self._streams.reset(stream.number, frames.CANCEL)

    def _flush(self) -> None:
        octets = self._streams.octets
        if (ready := self._streams.ready()) and self._transport is not None:
            self._transport.writelines(ready)
            if self._full:
                self._note_untaken(octets)
