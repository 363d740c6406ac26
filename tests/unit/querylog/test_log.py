"""The log in its loop: rows are written soon, none is lost at the end, faults are counted."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import func, select

from blocker.querylog import log as log_module
from blocker.querylog import tables
from blocker.querylog.log import QueryLog, age_clock
from blocker.querylog.opening import LogError
from blocker.querylog.settings import LogSettings
from tests.support.logrows import MONDAY, row

ROWS = [row(f"n{number}.example", second=MONDAY) for number in range(100)]


def play(folder: Path, scenario: Callable[[QueryLog], Awaitable[None]]) -> None:
    async def run() -> None:
        log = QueryLog(LogSettings(), folder, now=lambda: MONDAY)
        task = asyncio.create_task(log.run())
        await scenario(log)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await log.close()

    asyncio.run(run())


async def written(log: QueryLog, number: int, seconds: float = 5.0) -> None:
    async with asyncio.timeout(seconds):
        while log.counts().written < number:  # noqa: ASYNC110 - no one tells of it
            await asyncio.sleep(0.02)


def stored(folder: Path) -> int:
    with sqlite3.connect(folder / "querylog.db") as database:
        return int(database.execute("SELECT sum(count) FROM queries").fetchone()[0])


@pytest.mark.quiet
def test_rows_are_on_disk_within_a_second_and_can_be_read(tmp_path: Path) -> None:
    async def scenario(log: QueryLog) -> None:
        log.take(ROWS)
        async with asyncio.timeout(1.5):
            while not log.counts().oldest:  # noqa: ASYNC110 - measured after it is written
                await asyncio.sleep(0.02)
        count = select(func.count()).select_from(tables.queries)
        assert await log.read(lambda connection: connection.scalar(count)) == 100
        counts = log.counts()
        assert (counts.waiting, counts.dropped, counts.error) == (0, {}, "")
        assert counts.oldest == MONDAY
        assert counts.octets > 10_000

    play(tmp_path, scenario)


def test_a_clean_end_loses_nothing(tmp_path: Path) -> None:
    async def scenario(log: QueryLog) -> None:
        for _ in range(20):
            log.take(ROWS)
        await asyncio.sleep(0.55)  # the writer is at work
        log.take(ROWS)

    play(tmp_path, scenario)
    assert stored(tmp_path) == 2_100


def test_while_it_is_locked_rows_wait_and_then_are_dropped_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_module, "ROOM", 150)
    monkeypatch.setattr(log_module, "AGAIN", 0.1)

    async def scenario(log: QueryLog) -> None:
        log.take(ROWS[:1])
        await written(log, 1)
        other = sqlite3.connect(tmp_path / "querylog.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        log.take(ROWS)
        async with asyncio.timeout(5):
            while not log.counts().error:  # noqa: ASYNC110 - no one tells of it
                await asyncio.sleep(0.02)
        log.take(ROWS)
        counts = log.counts()
        assert counts.error == "locked: database is locked"
        assert (counts.waiting, counts.dropped) == (150, {"locked": 50})
        other.close()
        await written(log, 151)
        async with asyncio.timeout(5):
            while log.counts().error:  # noqa: ASYNC110 - no one tells of it
                await asyncio.sleep(0.02)

    play(tmp_path, scenario)
    assert stored(tmp_path) == 151


def test_what_failed_is_tried_again_also_when_nothing_more_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_module, "AGAIN", 0.1)

    async def scenario(log: QueryLog) -> None:
        log.take(ROWS[:1])
        await written(log, 1)
        other = sqlite3.connect(tmp_path / "querylog.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        log.take(ROWS[1:2])
        async with asyncio.timeout(5):
            while not log.counts().error:  # noqa: ASYNC110 - no one tells of it
                await asyncio.sleep(0.02)
        other.close()
        await written(log, 2, seconds=10)
        assert log.counts().waiting == 0

    play(tmp_path, scenario)


def test_a_log_that_cannot_be_opened_says_so_and_the_end_is_counted(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("no folder")
    logs: list[QueryLog] = []

    async def scenario(log: QueryLog) -> None:
        logs.append(log)
        log.take(ROWS)
        with pytest.raises(LogError, match="cannot be read"):
            await log.read(lambda connection: None)
        with pytest.raises(LogError, match="disk error"):
            await log.write(lambda connection: None)

    play(tmp_path / "state", scenario)
    assert logs[0].counts().dropped == {"disk error": 100}


def test_another_part_writes_through_it(tmp_path: Path) -> None:
    async def scenario(log: QueryLog) -> None:
        await log.write(
            lambda connection: connection.execute(
                tables.upstreams.insert(), {"id": 9, "url": "udp://192.0.2.1"}
            )
        )
        url = select(tables.upstreams.c.url)
        assert await log.read(lambda connection: connection.scalar(url)) == "udp://192.0.2.1"

    play(tmp_path, scenario)


@pytest.mark.quiet
def test_who_listens_hears_rows_and_a_heartbeat_until_it_ends(tmp_path: Path) -> None:
    heard: list[str | None] = []

    async def scenario(log: QueryLog) -> None:
        async def listen() -> None:
            async for each in log.listen(heartbeat=0.2):
                heard.append(each and each.row.name)  # noqa: PERF401 - looked at meanwhile

        task = asyncio.create_task(listen())
        async with asyncio.timeout(5):
            while not log._listeners:  # noqa: ASYNC110 - no one tells of it
                await asyncio.sleep(0.01)
            log.take(ROWS[:2])
            while len(heard) < 3:  # noqa: ASYNC110 - nor of this
                await asyncio.sleep(0.01)
        await log.close()
        await asyncio.wait_for(task, 1)

    async def run() -> None:
        await scenario(QueryLog(LogSettings(), tmp_path))

    asyncio.run(run())
    assert heard[:3] == ["n0.example", "n1.example", None]


def test_devices_are_known_from_then_on(tmp_path: Path) -> None:
    async def scenario(log: QueryLog) -> None:
        log.take(ROWS[:1])
        log.know_devices(lambda address: f"mac:{address}")
        log.take(ROWS[:1])
        await written(log, 2)
        devices = select(tables.clients.c.device).order_by(tables.clients.c.id)
        found = await log.read(lambda connection: connection.scalars(devices).all())
        assert found == ["", "mac:192.0.2.7"]

    play(tmp_path, scenario)


def test_rows_age_by_time_that_passes_not_by_a_clock_that_is_set() -> None:
    shows, passed = 1_000.0, 50.0
    now = age_clock(lambda: shows, lambda: passed)
    assert now() == 1_000
    passed += 10
    shows += 10
    assert now() == 1_010
    shows += 365 * 86_400
    assert now() == 1_010
    shows = 500.0  # set back: nothing is older than it says
    assert now() == 500
