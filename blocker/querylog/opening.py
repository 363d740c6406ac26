"""Opening the log's database, and telling what is wrong with it when a write or a look fails.

Rule: SQLite's file is its owner's alone. One that is damaged, or that another version wrote, is
set aside (see aside) and a new one begun; of a PostgreSQL server nothing is ever removed.
"""

import os
import sqlite3
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, NullPool, create_engine, event, insert, inspect, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from blocker.errors import BlockerError
from blocker.querylog.tables import VERSION, about, metadata

_PATIENCE: Final = 2  # seconds for another writer to end
_DAMAGED: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_REASONS: Final = {
    sqlite3.SQLITE_FULL: "disk full",
    sqlite3.SQLITE_IOERR: "disk error",
    sqlite3.SQLITE_BUSY: "locked",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_READONLY: "read-only",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened",
}


class LogError(BlockerError):
    """The query log cannot be written or read now."""


class Damaged(Exception):
    """What is in the database is not what this program has written."""


def url_of(store: str, state: Path) -> URL:
    """A relative file counts from the state folder; PostgreSQL is spoken to by psycopg."""
    url = make_url(store)
    if url.get_backend_name() == "sqlite":
        return url.set(database=str(state / (url.database or "querylog.db")))
    return url.set(drivername="postgresql+psycopg")


def file_of(url: URL) -> Path | None:
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def open_writer(url: URL) -> Engine:
    """With all tables in place. Damaged, SQLAlchemyError or OSError when it cannot be used."""
    path = file_of(url)
    if path is None:
        engine = create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": 5})
    else:
        path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        # Made before SQLite would, which asks the umask who may read it.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        engine = _sqlite(url, _prepare_writer, "BEGIN IMMEDIATE")
    try:
        with engine.begin() as connection:
            has_tables = inspect(connection).has_table(about.name)
            metadata.create_all(connection)
            if not has_tables:
                connection.execute(insert(about), {"key": "version", "value": str(VERSION)})
            found = connection.scalar(select(about.c.value).where(about.c.key == "version"))
            if found != str(VERSION):
                raise Damaged(f"its version is {found}; this program knows {VERSION}")
    except BaseException:
        engine.dispose()
        raise
    return engine


def open_reader(url: URL) -> Engine:
    """Sees what is committed, changes nothing, and leaves no file where there was none."""
    if (path := file_of(url)) is None:
        options = "-c default_transaction_read_only=on -c statement_timeout=30000"
        given = {"connect_timeout": 5, "options": options}
        return create_engine(url, poolclass=NullPool, connect_args=given)
    uri = f"file:{_quoted(path)}"
    read_only = url.set(database=uri).update_query_dict({"mode": "ro", "uri": "true"})
    return _sqlite(read_only, _prepare_reader, "BEGIN")


def reason_of(error: Exception) -> str:
    """In two words, as losses are counted by; Damaged when it is that."""
    if isinstance(error, DBAPIError) and isinstance(error.orig, sqlite3.Error):
        code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
        lacks = str(error.orig).startswith(("no such table", "no such column"))
        if code in _DAMAGED or lacks:
            raise Damaged(str(error.orig)) from error
        return _REASONS.get(code, "refused")
    if isinstance(error, DBAPIError):
        return "unreachable"
    return "disk error" if isinstance(error, OSError) else "refused"


def said_by(error: Exception) -> str:
    """What the database itself said, without the statement and its values."""
    if isinstance(error, DBAPIError):
        return str(error.orig).strip().partition("\n")[0]
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)


def _sqlite(url: URL, prepare: Any, begin: str) -> Engine:
    given = {"check_same_thread": False, "timeout": _PATIENCE}
    engine = create_engine(url, poolclass=NullPool, connect_args=given)
    event.listen(engine, "connect", prepare)
    # The driver would begin a transaction when it thinks one is needed; we say when.
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def _prepare_writer(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # before the first page is written
    connection.execute("PRAGMA journal_mode = WAL")
    # A loss of power may take the last moments, never the file.
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(f"PRAGMA journal_size_limit = {16 << 20}")
    connection.execute("PRAGMA cache_size = -4000")


def _prepare_reader(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA cache_size = -16000")


def _quoted(path: Path) -> str:
    return str(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")


__all__ = [
    "Damaged", "LogError", "SQLAlchemyError", "file_of", "open_reader", "open_writer", "reason_of",
    "said_by", "url_of",
]  # fmt: skip
