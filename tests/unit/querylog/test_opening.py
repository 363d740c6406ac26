"""Opening: whose the file is, what a reader may, what is damaged, and where a store's file lies."""

import sqlite3
import stat
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from blocker.querylog.opening import (
    Damaged,
    file_of,
    open_reader,
    open_writer,
    reason_of,
    said_by,
    url_of,
)
from blocker.querylog.settings import STORE


def test_where_a_store_is(tmp_path: Path) -> None:
    assert file_of(url_of(STORE, tmp_path)) == tmp_path / "querylog.db"
    assert file_of(url_of("sqlite:////var/q.db", tmp_path)) == Path("/var/q.db")
    server = url_of("postgresql://me:secret@127.0.0.1/log", tmp_path)
    assert server.drivername == "postgresql+psycopg"
    assert file_of(server) is None


def test_the_file_is_its_owners_alone_and_keeps_a_log_ahead(tmp_path: Path) -> None:
    engine = open_writer(url_of(STORE, tmp_path))
    with engine.connect() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        assert connection.scalar(text("PRAGMA auto_vacuum")) == 2
    engine.dispose()
    assert stat.S_IMODE((tmp_path / "querylog.db").stat().st_mode) == 0o600


def test_a_reader_changes_nothing_and_makes_no_file(tmp_path: Path) -> None:
    reader = open_reader(url_of(STORE, tmp_path))
    with pytest.raises(DBAPIError):
        reader.connect()
    assert not list(tmp_path.iterdir())
    open_writer(url_of(STORE, tmp_path)).dispose()
    with reader.connect() as connection, pytest.raises(DBAPIError, match="readonly"):
        connection.execute(text("DELETE FROM queries"))


@pytest.mark.parametrize(
    "content", [b"no database at all" * 400, b"SQLite format 3\0" + bytes(4080)]
)
def test_garbage_is_damaged(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "querylog.db").write_bytes(content)
    with pytest.raises(DBAPIError) as caught:
        open_writer(url_of(STORE, tmp_path))
    with pytest.raises(Damaged):
        reason_of(caught.value)


def test_another_versions_file_is_damaged(tmp_path: Path) -> None:
    engine = open_writer(url_of(STORE, tmp_path))
    with engine.begin() as connection:
        connection.execute(text("UPDATE about SET value = '99'"))
    engine.dispose()
    with pytest.raises(Damaged, match="version is 99"):
        open_writer(url_of(STORE, tmp_path))


def test_a_lock_is_told_in_a_word_and_without_the_statement(tmp_path: Path) -> None:
    engine = open_writer(url_of(STORE, tmp_path))
    other = sqlite3.connect(tmp_path / "querylog.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DBAPIError) as caught, engine.begin():
        pass
    other.close()
    engine.dispose()
    assert reason_of(caught.value) == "locked"
    assert said_by(caught.value) == "database is locked"


def test_an_unreachable_server(tmp_path: Path) -> None:
    with pytest.raises(DBAPIError) as caught:
        open_writer(url_of(f"postgresql://me@/log?host={tmp_path}", tmp_path))
    assert reason_of(caught.value) == "unreachable"
