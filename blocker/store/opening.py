"""Opening the store's file: made for its owner alone, checked, and set aside when damaged."""

import logging
import os
import sqlite3
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

VERSION: Final = 1
_PATIENCE: Final = 5.0  # seconds for another writer to end
_ENDINGS: Final = ("", "-wal", "-shm")

log = logging.getLogger(__name__)


class Damaged(Exception):
    """What is in the file is not what this program has written."""


def open_database(path: Path, schema: str) -> sqlite3.Connection:
    """Damaged, sqlite3.Error or OSError when it cannot be used."""
    # Made before SQLite would, which asks the umask who may read it.
    path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    database = sqlite3.connect(
        path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False
    )
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        _check(database, schema)
    except BaseException:
        database.close()
        raise
    _give_to_owner_of_folder(path)
    return database


def set_aside(path: Path, why: str) -> None:
    aside = path.with_name(f"{path.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S.%f}")
    for ending in _ENDINGS:
        with suppress(FileNotFoundError):
            _beside(path, ending).rename(_beside(aside, ending))
    log.error(
        "%s is damaged (%s): what was changed by API or command line is lost, the configuration "
        "holds; the file is kept as %s", path, why, aside.name,
    )  # fmt: skip


def _check(database: sqlite3.Connection, schema: str) -> None:
    found = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise Damaged(found)
    version = database.execute("PRAGMA user_version").fetchone()[0]
    if version == 0:
        with database:
            database.execute("BEGIN IMMEDIATE")  # two may have found it empty
            if database.execute("PRAGMA user_version").fetchone()[0] == 0:
                for statement in filter(str.strip, schema.split(";")):
                    database.execute(statement)
                database.execute(f"PRAGMA user_version = {VERSION}")
    elif version != VERSION:
        raise Damaged(f"its version is {version}; this program knows {VERSION}")


def _give_to_owner_of_folder(path: Path) -> None:
    """Root may change a setting while no server runs; the server runs as another user."""
    if os.geteuid() == 0:
        owner = path.parent.stat()
        for ending in _ENDINGS:
            with suppress(FileNotFoundError):
                os.chown(_beside(path, ending), owner.st_uid, owner.st_gid)


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)
