"""The query log in a real PostgreSQL: the same rows, pages and totals as in SQLite."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from blocker.querylog import retention, stats, tables
from blocker.querylog.filters import Filters
from blocker.querylog.forgetting import forget_names
from blocker.querylog.log import QueryLog
from blocker.querylog.opening import open_writer, url_of
from blocker.querylog.pages import page
from blocker.querylog.privacy import Noted
from blocker.querylog.settings import STORE, LogSettings
from blocker.querylog.stats import Span
from blocker.querylog.writer import Writer
from tests.support.logrows import BLOCKED, CACHED, DAY, MONDAY, SHADOW, UPSTREAM, row
from tests.support.postgresql import postgresql

ROWS = [
    row(
        f"n{number % 40}.example",
        (BLOCKED, CACHED, SHADOW)[number % 3],
        second=MONDAY + number * 60,
        client=f"192.0.2.{number % 7}",
        qtype=(1, 28, 65)[number % 4 % 3],
        upstream=UPSTREAM if number % 2 else "",
    )
    for number in range(3_000)
]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgresql() as url:
        yield url


def told_by(store: str, folder: Path) -> list[Any]:
    """What the same rows and questions come to."""

    async def run() -> list[Any]:
        log = QueryLog(LogSettings(store=store), folder, now=lambda: MONDAY)
        task = asyncio.create_task(log.run())
        for at in range(0, len(ROWS), 900):
            log.take(ROWS[at : at + 900])
            await asyncio.sleep(0.1)
        async with asyncio.timeout(20):
            while log.counts().written < len(ROWS):  # noqa: ASYNC110 - no one tells of it
                await asyncio.sleep(0.02)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        week = Span(MONDAY, MONDAY + 7 * DAY)
        asked = (
            Filters(),
            Filters(name="*n3*", vendor="xiaomi"),
            Filters(name="n7.example", client="192.0.2.3"),
            Filters(since=MONDAY + DAY, until=MONDAY + DAY + 3_600),
            Filters(outcome="would-block", qtype=65, upstream=UPSTREAM),
        )
        told: list[Any] = await log.read(
            lambda each: [page(each, filters, budget=60) for filters in asked]
        )
        told.append(await log.read(lambda each: stats.accounts(each, week)))
        told.append(await log.read(lambda each: stats.series(each, week, "hour")))
        told.append(await log.read(lambda each: stats.top(each, "clients", week)))
        assert await log.read(retention.octets) > 100_000
        kept = LogSettings(retention=DAY)
        await log.write(lambda each: retention.keep_within(each, kept, MONDAY + 2 * DAY))
        await log.write(lambda each: forget_names(each, MONDAY + 2 * DAY))
        told.append(await log.read(lambda each: page(each, Filters(), limit=500, budget=60)))
        await log.close()
        return told

    return asyncio.run(run())


def test_too_much_takes_the_oldest_rows_and_leaves_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "CHUNK", 512)
    with postgresql() as url:  # of its own: what it removes others would miss
        engine = open_writer(url_of(url, tmp_path))
        with engine.begin() as connection:
            rows = [row(f"n{n % 50}.example", BLOCKED, second=MONDAY + n) for n in range(30_000)]
            Writer().write(connection, [Noted(each, "") for each in rows])
        limit = 0
        for look in range(20):
            with engine.begin() as connection:
                limit = limit or retention.octets(connection) * 8 // 10
                settings = LogSettings(retention=3_650 * DAY, size=limit)
                retention.keep_within(connection, settings, MONDAY + DAY + 10 * look)
        with engine.begin() as connection:
            assert retention.octets(connection) <= limit
            left, oldest = connection.execute(
                select(func.count(), func.min(tables.queries.c.second))
            ).one()
        engine.dispose()
    assert 15_000 < left < 25_000
    assert oldest == MONDAY + 30_000 - left


def test_it_tells_what_sqlite_tells(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "CHUNK", 512)
    assert told_by(server, tmp_path) == told_by(STORE, tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["querylog.db"]


def test_a_server_that_is_not_there_costs_nobody_but_the_log(tmp_path: Path) -> None:
    async def run() -> None:
        log = QueryLog(LogSettings(store=f"postgresql://me@/log?host={tmp_path}"), tmp_path)
        log.take(ROWS[:10])
        await log.close()
        assert log.counts().dropped == {"unreachable": 10}

    asyncio.run(run())
