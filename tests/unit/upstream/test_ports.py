"""The pool of sockets, with real ones."""

import asyncio
import os
import resource
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise

from blocker.upstream.base import Attempt
from blocker.upstream.endpoint import Endpoint
from blocker.upstream.poller import Poller
from blocker.upstream.ports import GRACE, LIFE, QUESTIONS, SIZE, Port, Ports
from blocker.upstream.url import upstream_from_url
from tests.support.asking import clock


class Deaf:
    """A receiver and sink that nothing is said to here."""

    def received(self, port: Port, message: bytes, now: float) -> None: ...
    def broke(self, port: Port, error: OSError, now: float) -> None: ...
    def answered(self, attempt: Attempt, message: bytes, now: float) -> None: ...
    def truncated(self, attempt: Attempt, now: float) -> None: ...
    def doubted(self, attempt: Attempt, now: float, *, case: bool = False) -> None: ...
    def ununderstood(self, attempt: Attempt, now: float) -> None: ...
    def failed(self, attempt: Attempt, text: str, now: float) -> None: ...


def with_ports(scenario: Callable[[Ports], Awaitable[None]]) -> None:
    async def play() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
            peer.bind(("127.0.0.1", 0))
            poller = Poller(Deaf(), clock)
            ports = Ports(Deaf(), poller, Endpoint.of(*peer.getsockname()).connected)
            try:
                await scenario(ports)
            finally:
                ports.close()
                poller.close()

    asyncio.run(play())


def number(port: Port) -> int:
    taken: int = port.sock.getsockname()[1]
    return taken


def test_a_hundred_questions_leave_from_a_hundred_ports_in_no_order() -> None:
    async def scenario(ports: Ports) -> None:
        for _ in range(3):
            numbers = [number(ports.take(draw, 0.0)) for draw in os.urandom(100)]
            assert len(set(numbers)) == 100
            assert max(numbers) - min(numbers) > 10_000
            rising = sum(a < b for a, b in pairwise(numbers))
            assert 25 < rising < 75

    with_ports(scenario)


def test_every_port_is_used_and_none_beyond_the_pool() -> None:
    async def scenario(ports: Ports) -> None:
        numbers = {number(ports.take(draw, 0.0)) for draw in os.urandom(SIZE * 8)}
        assert len(numbers) == SIZE

    with_ports(scenario)


def test_a_port_is_replaced_by_age_and_by_use() -> None:
    async def scenario(ports: Ports) -> None:
        young = {ports.take(0, 0.0) for _ in range(SIZE)}
        assert {ports.take(0, LIFE - 0.01) for _ in range(SIZE)} == young
        assert not {ports.take(0, LIFE) for _ in range(SIZE)} & young
        for _ in range(SIZE * QUESTIONS):
            port = ports.take(0, LIFE)
            assert port.left >= 0

    with_ports(scenario)


def test_a_retired_port_waits_for_its_answers_but_not_for_ever() -> None:
    async def scenario(ports: Ports) -> None:
        olds = [ports.take(0, 0.0) for _ in range(SIZE)]
        waiting, forgotten = olds[:2]
        upstream = upstream_from_url("udp://192.0.2.53", clock)
        for port in (waiting, forgotten):
            port.pending[b"id"] = Attempt(
                *(None, upstream, port.pending, b"id", b"", 0.0, True)  # type: ignore[arg-type]
            )
        for _ in range(SIZE):
            ports.take(0, LIFE)
        assert {port.sock.fileno() for port in olds[2:]} == {-1}
        ports.sweep(LIFE)
        assert waiting.sock.fileno() != -1
        del waiting.pending[b"id"]
        ports.sweep(LIFE)
        assert waiting.sock.fileno() == -1
        assert forgotten.sock.fileno() != -1
        ports.sweep(LIFE + GRACE)
        assert forgotten.sock.fileno() == -1

    with_ports(scenario)


@contextmanager
def no_descriptors_left() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    used = max(int(name) for name in os.listdir("/proc/self/fd"))  # noqa: PTH208
    fillers = []
    resource.setrlimit(resource.RLIMIT_NOFILE, (used + 2, hard))
    try:
        while True:
            try:
                fillers.append(os.dup(0))
            except OSError:
                break
        yield
    finally:
        for filler in fillers:
            os.close(filler)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_without_descriptors_the_open_ports_go_on() -> None:
    async def scenario(ports: Ports) -> None:
        opened = {ports.take(0, 0.0) for _ in range(5)}
        for port in opened:
            port.pending[b"id"] = None  # type: ignore[assignment]
        with no_descriptors_left():
            for moment in (0.0, LIFE + 1):
                assert {ports.take(0, moment) for _ in range(SIZE * 2)} <= opened
        assert len({ports.take(0, LIFE + 1) for _ in range(SIZE)} - opened) > 100

    with_ports(scenario)
