"""Scenarios that wait: played all at once, each about names of its own.

WAITING = Scenarios()

@WAITING.add("W001")
def what_was_asked_once_is_known(on: Servers) -> None: ...
"""

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from tests.conformance.serving import Served

Servers = Mapping[str, Served]  # by what is special of them; "" is as all others are
Play = Callable[[Servers], None]


class Scenarios:
    """Those of one file; `cases` are for pytest's parametrize."""

    def __init__(self) -> None:
        self.cases: list[Any] = []
        self._plays: list[Play] = []

    def add(self, *ids: str) -> Callable[[Play], Play]:
        def add(play: Play) -> Play:
            self.cases.append(pytest.param(play, id=" ".join([*ids, play.__name__])))
            self._plays.append(play)
            return play

        return add

    @contextmanager
    def under_way(self, servers: Servers) -> Iterator[Mapping[Play, "Future[None]"]]:
        """All of them, each in a thread; the result says how it went."""
        with ThreadPoolExecutor(len(self._plays)) as pool:
            yield {play: pool.submit(play, servers) for play in self._plays}


class Clock:
    """Seconds since a moment that lies between two: what a TTL may have become meanwhile."""

    def __init__(self) -> None:
        self._before = time.monotonic()

    def started(self) -> None:
        self._after = time.monotonic()

    def wait_until(self, seconds: float) -> None:
        time.sleep(max(0.0, self._after + seconds - time.monotonic()))

    def surely_before(self, seconds: float) -> bool:
        """Whether these are not over yet: on a busy machine they may be."""
        return time.monotonic() < self._before + seconds

    def asks(self, served: Served, name: str) -> tuple[Any, range]:
        """A reply, and by how many seconds its TTLs may have become less till it was made."""
        sent = time.monotonic()
        reply = served.ask(name)
        came = time.monotonic()
        return reply, range(int(sent - self._after), int(came - self._before) + 1)


def asked_at_zero(served: Served, name: str, **how: Any) -> tuple[Any, Clock]:
    clock = Clock()
    reply = served.ask(name, **how)
    clock.started()
    return reply, clock
