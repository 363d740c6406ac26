"""The outbox over a real link: all is told, in order; who does not listen loses the oldest."""

import asyncio
from collections.abc import Awaitable, Callable
from socket import socket

import pytest

from blocker.core.reply import Reply
from blocker.core.row import Row, decode
from blocker.core.rows import Rows
from blocker.link import LIMIT, Link, link_pair
from blocker.worker import outbox as module
from blocker.worker.outbox import Outbox
from tests.support.packets import question


class Pair:
    """A worker's outbox and admin's end of its link."""

    def __init__(self, worker: socket, admin: socket) -> None:
        self.link, self.admin = Link(worker), Link(admin)
        self.rows = Rows()
        self.outbox = Outbox(self.link, self.rows, 100)

    def see(self, number: int, label: str = "n") -> None:
        """So many events, each of a client of its own."""
        for each in range(number):
            tail = b"\x81\x80\x00\x01" + bytes(6) + question(f"{label}{each}.example")
            self.rows.meet((f"10.0.0.{each}", Reply(tail, 0.0, "cached", None))).number += 1

    def told(self) -> list[Row]:
        return [row for message in self.admin.receive() for row in decode(message)]


def play(scenario: Callable[[Pair], Awaitable[None]]) -> None:
    async def run() -> None:
        worker, admin = link_pair()
        with worker, admin:
            await scenario(Pair(worker, admin))

    asyncio.run(run())


def test_rows_are_told_when_their_second_is_over() -> None:
    async def scenario(pair: Pair) -> None:
        pair.see(3)
        await pair.outbox.forward(100)
        assert pair.told() == []
        await pair.outbox.forward(101)
        rows = pair.told()
        assert [(row.second, row.name) for row in rows] == [
            (100, "n0.example"),
            (100, "n1.example"),
            (100, "n2.example"),
        ]
        await pair.outbox.forward(102)
        assert pair.told() == []
        assert pair.outbox.dropped == 0

    play(scenario)


def test_what_admin_does_not_take_waits_for_it() -> None:
    async def scenario(pair: Pair) -> None:
        pair.see(2_000, "x" * 50)
        await pair.outbox.forward(101)
        first = pair.told()
        assert 0 < len(first) < 2_000
        rest = []
        for second in range(102, 122):
            await pair.outbox.forward(second)
            rest += pair.told()
        assert len({row.name for row in first + rest}) == 2_000
        assert pair.outbox.dropped == 0

    play(scenario)


def test_there_is_always_room_for_a_tally() -> None:
    async def scenario(pair: Pair) -> None:
        for second in range(101, 106):
            pair.see(1_000)
            await pair.outbox.forward(second)
        assert pair.link.send(b"{" + bytes(LIMIT - 1))

    play(scenario)


def test_the_oldest_are_dropped_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROOM", 500)

    async def scenario(pair: Pair) -> None:
        while pair.link.send(bytes(1_000)):  # admin takes nothing
            pass
        for second in range(101, 111):
            pair.see(100, f"s{second}-")
            await pair.outbox.forward(second)
        assert pair.outbox.dropped == 500
        list(pair.admin.receive())
        await pair.outbox.empty(1.0)
        rows = pair.told()
        assert [row.second for row in rows] == [n for n in range(105, 110) for _ in range(100)]

    play(scenario)


def test_at_the_end_all_is_told_though_admin_is_slow() -> None:
    async def scenario(pair: Pair) -> None:
        pair.see(2_000, "x" * 50)
        rows: list[Row] = []
        loop = asyncio.get_running_loop()
        loop.add_reader(pair.admin.sock.fileno(), lambda: rows.extend(pair.told()))
        await pair.outbox.empty(5.0)
        await asyncio.sleep(0)
        rows += pair.told()
        assert len(rows) == 2_000

    play(scenario)


def test_at_the_end_nobody_is_waited_for_longer_than_told() -> None:
    async def scenario(pair: Pair) -> None:
        pair.see(2_000, "x" * 50)
        async with asyncio.timeout(2):
            await pair.outbox.empty(0.1)

    play(scenario)
