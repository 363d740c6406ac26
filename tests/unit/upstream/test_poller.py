"""One epoll for many sockets: every datagram is read, and trouble with one stays with it."""

import asyncio
import socket

import pytest

from blocker.core.wire import parse_query
from blocker.upstream.base import Attempt, Exchange
from blocker.upstream.endpoint import Endpoint
from blocker.upstream.poller import BATCH, Poller
from blocker.upstream.ports import Port
from blocker.upstream.url import upstream_from_url
from tests.support.asking import clock, query_packet
from tests.support.steps import response


class Ear:
    """Receiver and sink in one: keeps what it hears."""

    def __init__(self) -> None:
        self.answers: list[Attempt] = []
        self.others: list[bytes] = []
        self.errors: list[OSError] = []

    def answered(self, attempt: Attempt, message: bytes, now: float) -> None:
        self.answers.append(attempt)
        if len(self.answers) == 1:
            raise ValueError

    def received(self, port: Port, message: bytes, now: float) -> None:
        self.others.append(message)

    def broke(self, port: Port, error: OSError, now: float) -> None:
        self.errors.append(error)

    def truncated(self, attempt: Attempt, now: float) -> None: ...
    def doubted(self, attempt: Attempt, now: float, *, case: bool = False) -> None: ...
    def ununderstood(self, attempt: Attempt, now: float) -> None: ...
    def failed(self, attempt: Attempt, text: str, now: float) -> None: ...


def attempt_on(port: Port, packet_id: bytes) -> Attempt:
    query = parse_query(query_packet("a.example"))
    query.keyed()
    upstream = upstream_from_url("udp://192.0.2.53", clock)
    exchange = Exchange(query, None, 0.0, None)  # type: ignore[arg-type]
    made = Attempt(exchange, upstream, port.pending, packet_id, query.question, 0.0, True)
    port.pending[packet_id] = made
    return made


def test_answers_go_to_the_sink_and_all_else_to_the_port(caplog: pytest.LogCaptureFixture) -> None:
    async def play() -> None:
        ear = Ear()
        poller = Poller(ear, clock)
        peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        peer.bind(("127.0.0.1", 0))
        endpoint = Endpoint.of(*peer.getsockname())
        ports = [Port(endpoint.connected(), ear, 0.0) for _ in range(BATCH + 10)]
        for port in ports:
            poller.add(port)
            attempt = attempt_on(port, b"ok")
            peer.sendto(response(b"ok", attempt.question), port.sock.getsockname())
            peer.sendto(b"ok", port.sock.getsockname())
        silent = ports.pop()
        poller.discard(silent)
        silent.sock.close()
        await asyncio.sleep(0.1)
        # The first of them raised in the sink, and the rest was read all the same.
        assert len(ear.answers) == len(ports)
        assert ear.others == [b"ok"] * len(ports)
        assert not any(port.pending for port in ports)
        assert not ear.errors

        peer.close()
        ports[0].send(b"is anybody there?")
        await asyncio.sleep(0.05)
        assert [type(error) for error in ear.errors] == [ConnectionRefusedError]
        for port in ports:
            poller.discard(port)
            port.sock.close()
        poller.close()

    asyncio.run(play())
    assert caplog.text.count("could not be dealt with") == 1
