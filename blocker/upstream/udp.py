"""udp://: questions in datagrams, with all the unpredictability there is room for (RFC 5452).

Rule: a random id, one of many random ports, letters in random case; and only a packet that has them
all right is the answer. One that has some of them right may be forged, so TCP is asked.
"""

import asyncio

from blocker.core.wire import HEADER
from blocker.upstream.base import Attempt, Clock, Exchange, Sink, Upstream
from blocker.upstream.endpoint import Endpoint, reason_of
from blocker.upstream.packet import (
    Entropy,
    compose,
    is_bare_refusal,
    is_response,
    mixed_case,
    repeats,
)
from blocker.upstream.poller import Poller
from blocker.upstream.ports import Port, Ports
from blocker.upstream.stream import Stream


class UdpUpstream(Upstream):
    """A resolver asked in datagrams, and over TCP where those will not do."""

    def __init__(self, url: str, endpoint: Endpoint, clock: Clock) -> None:
        super().__init__(url, str(endpoint))
        self._endpoint = endpoint
        self._stream = Stream(endpoint, clock)
        self._entropy = Entropy()
        self._ports: Ports
        self._sink: Sink

    def open(self, sink: Sink, poller: Poller) -> None:
        self._sink = sink
        self._ports = Ports(self, poller, self._endpoint.connected)
        self._stream.open(sink)

    def send(self, exchange: Exchange, now: float, *, edns: bool = True) -> Attempt:
        query = exchange.query
        name = query.name
        noise = self._entropy.take(3 + len(name))
        port = self._ports.take(noise[2], now)
        packet_id = noise[:2]
        while packet_id in port.pending:
            packet_id = self._entropy.take(2)
        if now >= self.folded_until:
            name = mixed_case(name, noise[3:])
        question = name + query.question[-4:]
        edns = edns and now >= self.plain_until
        attempt = Attempt(exchange, self, port.pending, packet_id, question, now, edns)
        packet = compose(packet_id, query.key[-1], question, edns=edns)
        try:
            port.send(packet)
        except BlockingIOError:
            pass  # no room in the kernel: lost, like a packet on the way
        except ConnectionRefusedError as error:
            # That is the answer to earlier questions from this port; this one was not sent.
            asyncio.get_running_loop().call_soon(
                self._fail, tuple(port.pending.values()), error, now
            )
            port.send(packet)
        port.pending[packet_id] = attempt
        return attempt

    def send_stream(self, exchange: Exchange, now: float) -> Attempt:
        return self._stream.send(self, exchange, now, edns=now >= self.plain_until)

    def timed_out(self, attempt: Attempt, now: float) -> None:
        if attempt.stream:
            self._stream.timed_out(attempt, now)

    def received(self, port: Port, message: bytes, now: float) -> None:
        """A datagram from the right address that is not simply the answer: find out what it is."""
        attempt = port.pending.get(message[:2])
        if attempt is None:
            # A wrong id with a question that is in flight here is a guess; all else came too late.
            for other in tuple(port.pending.values()):
                if is_response(message) and repeats(message, other.question):
                    self._sink.doubted(other, now)
        elif is_bare_refusal(message) and attempt.edns:
            self._sink.ununderstood(attempt, now)
        elif not is_response(message) or not repeats(message, attempt.question):
            self._sink.doubted(attempt, now)
        elif not message.startswith(attempt.question, HEADER) and now >= self.folded_until:
            self._sink.doubted(attempt, now, case=True)
        else:
            attempt.withdraw()
            if message[2] & 0x02:
                self._sink.truncated(attempt, now)
            else:
                self._sink.answered(attempt, message, now)

    def broke(self, port: Port, error: OSError, now: float) -> None:
        """ICMP says nobody is there: whatever this port asked will not be answered."""
        self._fail(tuple(port.pending.values()), error, now)

    def sweep(self, now: float) -> None:
        self._ports.sweep(now)

    def close(self) -> None:
        self._ports.close()
        self._stream.close()

    def _fail(self, attempts: tuple[Attempt, ...], error: OSError, now: float) -> None:
        for attempt in attempts:
            self._sink.failed(attempt, reason_of(error), now)
