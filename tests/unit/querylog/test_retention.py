"""Retention: nothing stays that is too old; too much goes oldest first; totals outlive rows."""

from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from blocker.querylog import retention, tables, writer
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


def keep(log: Stored, settings: LogSettings, now: int, looks: int = 1) -> None:
    """What so many looks remove, one every ten seconds."""
    for look in range(looks):
        more = True
        while more:
            with log.engine.begin() as connection:
                more = retention.keep_within(connection, settings, now + look * 10).more


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
    keep(log, settings, MONDAY + 10 * DAY, looks=20)
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
    keep(log, LogSettings(retention=3_650 * DAY, size=4_096), MONDAY + 3 * DAY, looks=60)
    assert count(log, "chunks") == 0
    assert count(log, "daily") == 3
    with log.connect() as connection:
        for table, start in ((tables.daily_names, "day"), (tables.hourly, "hour")):
            starts = connection.scalars(select(table.c[start]).distinct()).all()
            assert [each // DAY for each in starts] == [MONDAY // DAY + 2]


def test_names_of_a_flood_go_before_totals_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "NOBODYS_NAMES_OF_A_DAY", 100)
    log = filled(tmp_path, days=3)
    with log.connect() as connection:
        limit = retention.octets(connection) + 700_000
    hours = count(log, "hourly")
    for start in range(0, 10_000, 1_000):
        second = MONDAY + 3 * DAY + start
        log.write(
            [
                row(f"{number:0>60}.flood.example", second=second)
                for number in range(start, start + 1_000)
            ]
        )
    keep(log, LogSettings(retention=3_650 * DAY, size=limit), MONDAY + 4 * DAY, looks=40)
    with log.connect() as connection:
        assert retention.octets(connection) <= limit
    assert count(log, "queries") > 1_000
    assert count(log, "hourly") > hours
    assert count(log, "daily_names") == 3_100


def test_names_are_forgotten_daily_whoever_restarts(tmp_path: Path) -> None:
    settings, log = LogSettings(retention=DAY), filled(tmp_path, days=3)
    with log.engine.begin() as connection:
        connection.execute(tables.daily_names.delete())
    for hours, left in ((72, 1_000), (95, 1_000), (96, 0)):
        keep(log, settings, MONDAY + hours * 3_600)
        # A stretch across the horizon keeps its names until it goes as a whole.
        assert left <= count(log, "names") <= left + 100, hours
