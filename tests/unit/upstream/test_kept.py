"""When the kept connection is left for a new one. What follows for clients is in test_stream.py."""

import asyncio
from collections.abc import Callable

import pytest

from blocker.core.wire import parse_query
from blocker.upstream.base import Attempt, Exchange
from blocker.upstream.choice import Choice
from blocker.upstream.connection import NetworkPath
from blocker.upstream.endpoint import Endpoint
from blocker.upstream.framed import FramedConnection
from blocker.upstream.kept import OPENING, SILENCE
from blocker.upstream.stream import Stream
from blocker.upstream.url import upstream_from_url
from tests.support.asking import clock
from tests.support.packets import query


class Kept(Stream):
    """Its connection is to nobody, and is as the test says."""

    def __init__(self) -> None:
        super().__init__(Endpoint.of("127.0.0.1", 9), clock)
        self.connection.pending[b"id"] = self.attempt = attempt(self.connection)


class Stuck(FramedConnection):
    path = NetworkPath(lost=True, rtt=0.01)


class Taken(FramedConnection):
    path = NetworkPath(lost=False, rtt=0.01)


class Far(FramedConnection):
    path = NetworkPath(lost=False, rtt=0.9)


def attempt(connection: FramedConnection) -> Attempt:
    upstream = upstream_from_url("tcp://127.0.0.1:9", clock)
    asked = parse_query(query("a.example"))
    exchange = Exchange(asked, None, 100.0, Choice([upstream], 0.0))  # type: ignore[arg-type]
    return Attempt(exchange, upstream, connection.pending, b"id", b"", 100.0, True)


@pytest.mark.parametrize(
    "ready,kind,heard,now,left",
    [
        (False, Stuck, 99.0, 99.0 + OPENING - 0.1, False),  # it still opens
        (False, Stuck, 99.0, 99.0 + OPENING, True),
        (True, Stuck, 99.0, 100.2, True),  # nobody has taken note of the question
        (True, Taken, 99.0, 100.2, False),  # the server may need its time
        (True, Taken, 99.0, 100.0 + SILENCE, True),
        (True, Far, 99.0, 102.6, False),  # it may need its time for the way, too
        (True, Far, 99.0, 102.8, True),
        (True, Stuck, 100.1, 100.9, False),  # it has said something since
    ],
)
def test_it_is_left_when_it_is_dead(
    ready: bool, kind: type[FramedConnection], heard: float, now: float, left: bool
) -> None:
    async def play() -> None:
        kept = Kept()
        connection = kept.connection
        connection.__class__ = kind
        connection.ready, connection.heard, connection.opened = ready, heard, 99.0
        kept._sink = Deaf()  # type: ignore[assignment]
        kept.timed_out(kept.attempt, now)
        assert connection.closed == left
        connection.abandon()
        await asyncio.sleep(0)

    asyncio.run(play())


@pytest.mark.parametrize(
    "asked,idle,kept_on", [(False, 31.0, False), (True, 31.0, True), (False, 29.0, True)]
)
def test_one_that_idled_while_the_machine_slept_is_not_tried(
    asked: bool, idle: float, kept_on: bool
) -> None:
    async def play() -> None:
        kept = Kept()
        before = kept.connection
        if not asked:
            before.pending.clear()
        before.ready, before.heard = True, clock() - idle
        assert (kept.connection is before) == kept_on
        before.pending.clear()
        kept.close()
        before.abandon()
        await asyncio.sleep(0)

    asyncio.run(play())


class Deaf:
    """A sink that is told, and does nothing."""

    failed: Callable[..., None] = staticmethod(lambda *_: None)
