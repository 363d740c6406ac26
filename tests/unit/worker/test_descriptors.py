"""What connections are left of the descriptors there are."""

import asyncio
import errno
import resource
from collections.abc import Iterator

import pytest

from blocker.listen.connections import CONNECTIONS
from blocker.worker.descriptors import (
    AN_UPSTREAM,
    FEWEST,
    OTHERS,
    connections,
    raise_limit,
    say_if_exhausted,
)


@pytest.fixture
def limits() -> Iterator[tuple[int, int]]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield before
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_upstreams_come_first(limits: tuple[int, int]) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (800, limits[1]))
    left = 800 - OTHERS - 2 * AN_UPSTREAM
    assert connections(upstreams=2, listeners=1) == left
    assert connections(upstreams=2, listeners=2) == left // 2
    assert connections(upstreams=9, listeners=2) == FEWEST


def test_there_is_a_bound_of_our_own(limits: tuple[int, int]) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (limits[1], limits[1]))
    assert connections(upstreams=1, listeners=1) == CONNECTIONS


def test_the_limit_is_raised_as_far_as_it_goes(limits: tuple[int, int]) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, limits[1]))
    raise_limit()
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (limits[1], limits[1])


def test_exhaustion_is_one_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    loop = asyncio.new_event_loop()
    say_if_exhausted(loop, {"message": "accept", "exception": OSError(errno.EMFILE, "Too many")})
    assert caplog.messages == ["connections wait: too many"]
    say_if_exhausted(loop, {"message": "something else", "exception": ValueError("a fault")})
    assert "a fault" in caplog.text
    loop.close()
