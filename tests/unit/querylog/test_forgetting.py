"""Names that nothing refers to are forgotten, all others stay; and when, stands in the database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from blocker.querylog import tables
from blocker.querylog.forgetting import forget_names, is_due, is_loose, loosen
from tests.support.logrows import BLOCKED, DAY, MONDAY, Stored, row


@pytest.fixture
def connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    """A log with a row, and a total by name, for each of 150 names; a hundred are a stretch."""
    monkeypatch.setattr(tables, "CHUNK", 100)
    log = Stored(tmp_path)
    log.write([row(f"n{number}.example", BLOCKED) for number in range(1, 151)])
    with log.engine.begin() as connection:
        yield connection


def names(connection: Connection) -> list[int]:
    numbers = connection.scalars(select(tables.names.c.name))
    return sorted(int(name.partition(".")[0][1:]) for name in numbers)


def test_what_a_row_or_a_total_refers_to_stays(connection: Connection) -> None:
    total = tables.daily_names
    connection.execute(total.delete().where(total.c.name_id > 20))
    for table in (tables.chunks, tables.marks):
        connection.execute(table.delete())
    connection.execute(tables.queries.delete().where(tables.queries.c.id < 100))
    forget_names(connection, MONDAY)
    assert names(connection) == [*range(1, 21), *range(100, 151)]


def test_rows_of_the_first_stretch_count_by_its_marks(connection: Connection) -> None:
    connection.execute(tables.daily_names.delete())
    connection.execute(tables.queries.delete().where(tables.queries.c.id < 100))
    forget_names(connection, MONDAY)
    assert names(connection) == [*range(1, 151)]


def test_it_is_due_when_something_has_gone_and_not_too_soon(connection: Connection) -> None:
    assert is_loose(connection)  # of a log that was written before this was noted
    assert is_due(connection, MONDAY, DAY)
    forget_names(connection, MONDAY)
    assert not is_due(connection, MONDAY + 2 * DAY, DAY)
    loosen(connection)
    loosen(connection)
    assert is_loose(connection)
    assert not is_due(connection, MONDAY + DAY - 1, DAY)
    assert is_due(connection, MONDAY + DAY, DAY)
    assert is_due(connection, MONDAY - 3_600, DAY)  # the clock was set back
