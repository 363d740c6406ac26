"""The file `state/changes.db`: settings, and the trail of every change of them.

Rule: a change is one transaction, on disk when it is answered (WAL, synchronous FULL), so whatever
is killed and whenever the power goes, it is there whole or not at all. A file that is damaged is
set aside and a new one begun: names must go on resolving.
"""

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import quote

from blocker.errors import BlockerError
from blocker.store import rows
from blocker.store.history import inverse, undone
from blocker.store.opening import Damaged, open_database, set_aside
from blocker.store.settings import Change, Edit, Key, Settings, Value

NAME: Final = "changes.db"
_DAMAGED: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)

log = logging.getLogger(__name__)
Result = TypeVar("Result")


class StoreError(BlockerError):
    """What was changed cannot be kept, so nothing is changed."""


class Store:
    """Opened when first asked; any thread may ask, one at a time."""

    def __init__(self, state: Path) -> None:
        self.path = state / NAME
        self._database: sqlite3.Connection | None = None
        self._known: tuple[int, Settings] | None = None  # and the version they were read in
        self._turn = threading.Lock()

    def settings(self) -> Settings:
        """What is set, lapsed or not. Read anew when another process has changed it."""

        def read(database: sqlite3.Connection) -> Settings:
            (version,) = database.execute("PRAGMA data_version").fetchone()
            if self._known is None or self._known[0] != version:
                self._known = version, rows.read_all(database)
            return self._known[1]

        return self._do(read)

    def changes(self, limit: int = -1, before: int | None = None) -> list[Change]:
        """The trail, newest first; those older than the change `before`."""
        return self._do(lambda database: rows.read_changes(database, limit, before))

    def apply(self, edit: Edit, who: str, at: float) -> Change | None:
        """Make a change; None when all is so already."""
        return self._change(lambda database: rows.record(database, edit, who, at, edit.kind))

    def undo(self, number: int | None, who: str, at: float) -> Change | None:
        """Take back a change, or the last one that holds; CannotUndo when that cannot be."""

        def write(database: sqlite3.Connection) -> Change | None:
            changes = rows.read_changes(database)
            change = undone(number, changes)
            edit = inverse(change, rows.read_all(database), changes, at)
            return rows.record(database, edit, who, at, "undo", change.id)

        return self._change(write)

    def lapse(self, now: float) -> Change | None:
        """Take away what has ended by itself."""

        def write(database: sqlite3.Connection) -> Change | None:
            ended = [each for each in rows.read_all(database) if each.has_lapsed(now)]
            what = "lapsed: " + ", ".join(map(str, ended))
            edit = Edit(what, dict.fromkeys(each.key for each in ended))
            return rows.record(database, edit, "time", now, "lapse")

        return self._change(write)

    def hand_over(self, keys: Iterable[Key], file: str, who: str, at: float) -> Change | None:
        """Take away settings that stand in the configuration file from now on."""
        edit = Edit(f"written to {file}", dict.fromkeys(keys))
        return self._change(lambda database: rows.record(database, edit, who, at, "written"))

    def note(self, edit: Edit, before: Mapping[Key, Value | None], who: str, at: float) -> Change:
        """Keep in the trail what is changed elsewhere: a list of one's own."""
        return self._do(lambda database: rows.note(database, edit, before, who, at, "edit"))

    def withdraw(self, change: Change) -> None:
        """As if the last change had never been made: no worker could take it."""

        def write(database: sqlite3.Connection) -> None:
            rows.withdraw(database, change)
            self._known = None

        self._do(write)

    def close(self) -> None:
        with self._turn:
            self._close()

    def _change(self, work: Callable[[sqlite3.Connection], Change | None]) -> Change | None:
        with self._turn:
            change = self._tried(work)
            if change and self._known:
                version, settings = self._known
                self._known = version, settings.after(change)
            return change

    def _do(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        with self._turn:
            return self._tried(work)

    def _tried(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        try:
            try:
                return self._transact(work)
            except Damaged as damage:
                self._close()
                set_aside(self.path, str(damage))
                return self._transact(work)
        except (sqlite3.Error, OSError, Damaged) as error:
            self._close()
            message = (
                f"{self.path}: {error}; nothing has changed. "
                "See that the disk has room and that the server's user may write there"
            )
            raise StoreError(message) from error

    def _transact(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        try:
            if self._database is None:
                self._database = open_database(self.path, rows.SCHEMA)
            with self._database:  # commits, or rolls back what has failed
                self._database.execute("BEGIN IMMEDIATE")
                return work(self._database)
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED:
                raise Damaged(str(error)) from error
            raise

    def _close(self) -> None:
        self._known = None
        if self._database is not None:
            with suppress(sqlite3.Error):
                self._database.close()
            self._database = None


def read_settings(state: Path) -> Settings:
    """For who starts, and has to start: what cannot be read is told to the log, and is none."""
    if not (state / NAME).exists():  # nothing was changed yet, and to look leaves nothing behind
        return Settings()
    store = Store(state)
    try:
        return store.settings()
    except StoreError as error:
        log.error("%s", error)  # noqa: TRY400 - no trace: it is about the file
        return _read_only(state / NAME)
    finally:
        store.close()


def _read_only(path: Path) -> Settings:
    """On a disk that is full or read-only what is there can still be read."""
    for how in ("mode=ro", "immutable=1"):  # the second is without what a kill left unfinished
        with (
            suppress(sqlite3.Error, Damaged),
            closing(sqlite3.connect(f"file:{quote(str(path))}?{how}", uri=True)) as database,
        ):
            return rows.read_all(database)
    return Settings()
