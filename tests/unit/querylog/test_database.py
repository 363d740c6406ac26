"""The database's only writer: after each fault it goes on, and a damaged file is set aside."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import func, select

from blocker.querylog import tables
from blocker.querylog.database import Database, NotWritten
from blocker.querylog.opening import url_of
from blocker.querylog.privacy import Noted
from blocker.querylog.settings import STORE, LogSettings
from tests.support.logrows import DAY, MONDAY, row


def database(folder: Path) -> Database:
    return Database(url_of(STORE, folder), LogSettings())


def rows(number: int) -> list[Noted]:
    return [Noted(row(f"n{each}.example"), "") for each in range(number)]


def stored(database: Database) -> int:
    count = select(func.count()).select_from(tables.queries)
    return database.transact(lambda connection: connection.scalar(count) or 0)


def test_a_lock_is_waited_for_then_told_and_nothing_is_lost(tmp_path: Path) -> None:
    log = database(tmp_path)
    log.write(rows(3))
    other = sqlite3.connect(tmp_path / "querylog.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(NotWritten, match="locked: database is locked") as caught:
        log.write(rows(2))
    assert caught.value.reason == "locked"
    other.close()
    log.write(rows(2))
    assert stored(log) == 5
    log.close()


def test_garbage_in_the_middle_is_set_aside_and_a_new_log_begun(tmp_path: Path) -> None:
    log = database(tmp_path)
    log.write(rows(5_000))
    log.close()
    path = tmp_path / "querylog.db"
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    path.write_bytes(content)
    log.write(rows(3))
    assert stored(log) == 3
    (aside,) = tmp_path.glob("querylog.db.damaged-*[0-9]")
    assert aside.stat().st_size == len(content)
    assert (log.damaged, [each.path for each in log.asides]) == (1, [aside])
    log.tidy(int(aside.stat().st_mtime) + 89 * DAY)
    assert aside.exists()
    log.close()
    log.tidy(int(aside.stat().st_mtime) + 91 * DAY)
    assert (log.asides, aside.exists()) == ((), False)
    log.close()


def test_a_file_that_was_removed_is_begun_anew(tmp_path: Path) -> None:
    log = database(tmp_path)
    log.write(rows(3))
    for path in tmp_path.iterdir():
        path.unlink()
    log.write(rows(2))
    assert stored(log) == 2
    log.close()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("no folder")
    with pytest.raises(NotWritten) as caught:
        database(tmp_path / "state").write(rows(1))
    assert caught.value.reason == "disk error"


def test_what_fails_half_way_changes_nothing(tmp_path: Path) -> None:
    log = database(tmp_path)
    log.write(rows(2))
    with pytest.raises(AttributeError):
        log.write([*rows(4), Noted(None, "")])  # type: ignore[arg-type]
    assert stored(log) == 2
    log.write(rows(4))
    assert stored(log) == 6
    log.close()


def test_tidying_measures_and_removes(tmp_path: Path) -> None:
    log = database(tmp_path)
    log.write(rows(2))
    log.tidy(MONDAY)
    assert log.oldest == MONDAY
    assert log.octets > 4_096
    log.close()
    log.tidy(MONDAY + 91 * DAY)
    assert log.oldest == 0
    log.close()
