"""What admin knows of the workers, over a real socket pair, with admin and workers dying."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from blocker.admin.roster import Roster
from blocker.core.row import Kind, Row, encode
from blocker.link import Link, Tally, decode_notice, link_pair


class Ends:
    """Two workers' ends and admin's."""

    def __init__(self, pairs: list[tuple[socket.socket, socket.socket]]) -> None:
        self.workers = [Link(worker) for worker, _ in pairs]
        self.admin = [admin for _, admin in pairs]

    def tell(self, worker: int, *, pid: int, blocked: int = 0, generation: int = 1) -> None:
        tally = Tally(worker, pid, generation, queries={"udp": {"blocked": blocked}})
        assert self.workers[worker].send(tally.encode())


@pytest.fixture
def ends() -> Iterator[Ends]:
    with ExitStack() as stack:
        pairs = [link_pair() for _ in range(2)]
        for pair in pairs:
            for end in pair:
                stack.enter_context(end)
        yield Ends(pairs)


def read(roster: Roster) -> None:
    for link in roster.links:
        roster.read(link)


def blocked(roster: Roster) -> int:
    return roster.totals().queries["udp"]["blocked"]


def test_the_newest_tally_of_each_worker_counts(ends: Ends, tmp_path: Path) -> None:
    async def scenario() -> None:
        roster = Roster(ends.admin, tmp_path, run=1)
        ends.tell(0, pid=10, blocked=5)
        ends.tell(0, pid=10, blocked=6)
        ends.tell(1, pid=11, blocked=100)
        read(roster)
        assert blocked(roster) == 106

    asyncio.run(scenario())


def test_rows_are_passed_to_all_who_read_them(ends: Ends, tmp_path: Path) -> None:
    async def scenario() -> None:
        roster = Roster(ends.admin, tmp_path, run=1)
        one: list[Row] = []
        other: list[Row] = []
        roster.readers += [one.extend, other.extend]
        row = Row(1_700_000_000, "192.168.1.20", "a.example", 1, 0, Kind("blocked"), 3)
        ((message, _),) = encode([row], 1_000)
        ends.tell(0, pid=10, blocked=5)
        assert ends.workers[0].send(message)
        ends.tell(0, pid=10, blocked=6)
        read(roster)
        assert one == other == [row]
        assert blocked(roster) == 6

    asyncio.run(scenario())


def test_totals_never_go_down_when_a_worker_is_replaced(ends: Ends, tmp_path: Path) -> None:
    async def scenario() -> None:
        roster = Roster(ends.admin, tmp_path, run=1)
        ends.tell(0, pid=10, blocked=500)
        ends.tell(0, pid=20, blocked=1)
        read(roster)
        assert blocked(roster) == 501

    asyncio.run(scenario())


def test_nor_when_admin_is_replaced_after_it(ends: Ends, tmp_path: Path) -> None:
    async def scenario() -> None:
        first = Roster(ends.admin, tmp_path, run=1)
        ends.tell(0, pid=10, blocked=500)
        ends.tell(0, pid=20, blocked=1)
        read(first)
        second = Roster(ends.admin, tmp_path, run=1)
        ends.tell(0, pid=20, blocked=2)
        read(second)
        assert blocked(second) == 502

    asyncio.run(scenario())


def test_another_run_of_serve_starts_from_nothing(ends: Ends, tmp_path: Path) -> None:
    async def scenario() -> None:
        first = Roster(ends.admin, tmp_path, run=1)
        ends.tell(0, pid=10, blocked=500)
        ends.tell(0, pid=20, blocked=1)
        read(first)
        later = Roster(ends.admin, tmp_path, run=9)
        ends.tell(0, pid=30, blocked=3)
        read(later)
        assert blocked(later) == 3

    asyncio.run(scenario())


def test_a_base_that_cannot_be_read_is_none(ends: Ends, tmp_path: Path) -> None:
    async def scenario() -> None:
        (tmp_path / "totals.json").write_text("{")
        roster = Roster(ends.admin, tmp_path, run=1)
        ends.tell(0, pid=10, blocked=1)
        read(roster)
        assert blocked(roster) == 1

    asyncio.run(scenario())


def test_ready_is_every_worker_on_the_generation(ends: Ends, tmp_path: Path) -> None:
    async def scenario() -> None:
        roster = Roster(ends.admin, tmp_path, run=1)
        ends.tell(0, pid=10, generation=2)
        read(roster)
        assert not roster.all_run(2)
        ends.tell(1, pid=11, generation=1)
        read(roster)
        assert roster.all_run(1)
        assert not roster.all_run(2)
        ends.tell(1, pid=11, generation=2)
        read(roster)
        assert roster.all_run(2)

    asyncio.run(scenario())


def test_notices_reach_every_worker(ends: Ends, tmp_path: Path) -> None:
    async def scenario() -> None:
        Roster(ends.admin, tmp_path, run=1).notify(5)
        for worker in ends.workers:
            assert [decode_notice(message) for message in worker.receive()] == [5]

    asyncio.run(scenario())


def test_waiting_ends_when_all_have_it(ends: Ends, tmp_path: Path) -> None:
    async def scenario() -> bool:
        roster = Roster(ends.admin, tmp_path, run=1)
        roster.listen()
        loop = asyncio.get_running_loop()
        for worker in (0, 1):
            loop.call_later(0.05, partial(ends.tell, worker, pid=1, generation=4))
        async with asyncio.timeout(2):
            return await roster.wait_for(4, seconds=5)

    assert asyncio.run(scenario())


def test_waiting_ends_when_one_refuses(ends: Ends, tmp_path: Path) -> None:
    async def scenario() -> None:
        roster = Roster(ends.admin, tmp_path, run=1)
        roster.listen()
        tally = Tally(worker=1, pid=1, generation=3, refused=4, error="no memory")
        asyncio.get_running_loop().call_later(0.05, ends.workers[1].send, tally.encode())
        async with asyncio.timeout(2):
            assert not await roster.wait_for(4, seconds=5)
        assert list(roster.refusals(4)) == ["worker 1: no memory"]
        assert list(roster.refusals(5)) == []

    asyncio.run(scenario())


def test_waiting_ends_when_the_time_is_up(ends: Ends, tmp_path: Path) -> None:
    async def scenario() -> bool:
        roster = Roster(ends.admin, tmp_path, run=1)
        roster.listen()
        return await roster.wait_for(4, seconds=0.1)

    assert not asyncio.run(scenario())


def test_a_full_disk_costs_no_count(
    ends: Ends, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        roster = Roster(ends.admin, tmp_path / "gone", run=1)  # there nothing can be written
        for pid in (10, 11, 12):
            ends.tell(0, pid=pid, blocked=5)
            ends.tell(0, pid=pid, blocked=6)
            read(roster)
        assert blocked(roster) == 18
        assert "totals are kept in memory alone" in caplog.text

    asyncio.run(scenario())
