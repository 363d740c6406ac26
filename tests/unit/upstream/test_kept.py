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
from blocker.upstream.kept import ABREAST, OPENING, SILENCE
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


ASKED = 100.0  # the time of `attempt`


@pytest.mark.parametrize(
    "ends,answered_at,limited",
    [
        ([3, 3], ASKED + 0.1, True),  # they answered what came later, and dropped this
        ([3], ASKED + 0.1, False),  # once, the way may have failed
        ([2, 3], ASKED + 0.1, False),
        ([3, 3], ASKED - 1, False),  # they were idle; the question crossed the end
        ([0, 0], ASKED + 0.1, False),  # they never worked
    ],
)
def test_where_a_server_ends_connections_is_held_to_for_a_while(
    ends: list[int], answered_at: float, limited: bool
) -> None:
    async def play() -> None:
        kept = Kept()
        kept._sink = Deaf()  # type: ignore[assignment]
        kept.attempt.exchange.done = True
        for answered in ends:
            before = kept.connection
            before.pending[b"id"] = kept.attempt
            before.answered, before.answered_at = answered, answered_at
            before.finish("connection closed")
            assert before.closed
        after = kept.connection
        for number in range(3):
            assert kept.connection is after
            after.pending[bytes((number,))] = kept.attempt
        assert (kept.connection is not after) == limited
        kept._limited_until = 0.0
        assert kept._another() is after
        kept.close()
        await asyncio.sleep(0)

    asyncio.run(play())


def test_no_more_connections_are_opened_than_a_server_should_have_to_bear() -> None:
    async def play() -> None:
        kept = Kept()
        kept._limit, kept._limited_until = 1, clock() + 60
        opened = [kept.connection]
        for number in range(3 * ABREAST):
            opened.append(kept.connection)
            opened[-1].pending[bytes((number,))] = kept.attempt
        assert len(set(opened)) == ABREAST
        assert {len(one.pending) for one in opened} <= {3, 4}
        opened[0].pending.clear()
        opened[0].answered = 1  # it has served; another takes its place
        assert kept.connection not in opened
        assert opened[0].closed
        kept.close()
        assert all(one.closed for one in opened)
        await asyncio.sleep(0)

    asyncio.run(play())


class Deaf:
    """A sink that is told, and does nothing."""

    failed: Callable[..., None] = staticmethod(lambda *_: None)
