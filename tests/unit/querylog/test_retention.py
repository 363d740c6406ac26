"""Retention: nothing stays that is too old; too much goes oldest first; totals outlive rows."""

from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from blocker.querylog import retention, tables
from blocker.querylog.settings import LogSettings
from tests.support.logrows import BLOCKED, DAY, MONDAY, Stored, row


@pytest.fixture(autouse=True)
def _short_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "CHUNK", 100)


def filled(folder: Path, days: int = 10) -> Stored:
    """A thousand rows a day, each with a name of its own."""
    log = Stored(folder)
    for day in range(days):
        log.write(
            [
                row(f"d{day}-{number}.example", BLOCKED, second=MONDAY + day * DAY + number * 86)
                for number in range(1_000)
            ]
        )
    return log


def keep(log: Stored, settings: LogSettings, now: int) -> None:
    more = True
    while more:
        with log.engine.begin() as connection:
            more = retention.keep_within(connection, settings, now)


def count(log: Stored, table: str) -> int:
    with log.connect() as connection:
        found = connection.scalar(select(func.count()).select_from(tables.metadata.tables[table]))
    return found or 0


def test_rows_go_by_age_to_the_second_and_totals_stay(tmp_path: Path) -> None:
    log = filled(tmp_path)
    now = MONDAY + 10 * DAY
    keep(log, LogSettings(retention=3 * DAY + DAY // 2), now)
    with log.connect() as connection:
        oldest = connection.scalar(select(func.min(tables.queries.c.second)))
        assert retention.oldest(connection) == oldest
        assert connection.scalar(select(func.sum(tables.daily.c["count"]))) == 10_000
    assert oldest == MONDAY + 6 * DAY + 503 * 86
    assert count(log, "queries") == 3_497
    assert count(log, "chunks") <= 35
    assert count(log, "marks") == 5 * count(log, "chunks")


def test_everything_may_be_too_old(tmp_path: Path) -> None:
    log = filled(tmp_path, days=2)
    keep(log, LogSettings(retention=DAY), MONDAY + 5_000 * DAY)
    assert [count(log, table) for table in ("queries", "hourly", "daily_names", "daily")] == [0] * 4
    log.write([row("later.example")])
    assert count(log, "queries") == 1


def test_the_oldest_go_until_it_fits(tmp_path: Path) -> None:
    log = filled(tmp_path)
    with log.connect() as connection:
        before = retention.octets(connection)
    settings = LogSettings(retention=3_650 * DAY, size=before * 9 // 10)
    keep(log, settings, MONDAY + 10 * DAY)
    with log.engine.begin() as connection:
        assert retention.octets(connection) <= settings.size
        retention.give_back(connection, settings)
    assert 0 < count(log, "queries") < 10_000
    assert count(log, "daily") == 10
    with log.connect() as connection:
        pages = connection.scalar(text("PRAGMA page_count")) or 0
    assert pages * 4096 <= settings.size


def test_a_limit_that_nothing_fits_ends(tmp_path: Path) -> None:
    log = filled(tmp_path, days=3)
    keep(log, LogSettings(retention=3_650 * DAY, size=4_096), MONDAY + 3 * DAY)
    assert count(log, "chunks") == 0
    assert count(log, "daily") == 3


def test_names_without_a_row_are_forgotten(tmp_path: Path) -> None:
    log = filled(tmp_path, days=3)
    keep(log, LogSettings(retention=DAY), MONDAY + 3 * DAY)
    with log.engine.begin() as connection:
        connection.execute(tables.daily_names.delete().where(tables.daily_names.c.day == MONDAY))
        retention.forget_names(connection)
        left = set(connection.scalars(select(tables.names.c.name)))
    assert left == {f"d{day}-{number}.example" for day in (1, 2) for number in range(1_000)}
