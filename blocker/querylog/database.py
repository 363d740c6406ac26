"""The database as its only writer holds it: opened when needed, and again after what failed.

Rule: used by one thread. A failure says in two words why, changes nothing, and is tried again by
who called; only a damaged file is not tried again, for it is set aside at once.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final, TypeVar

from sqlalchemy import URL, Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from blocker.querylog import aside, retention
from blocker.querylog.aside import Aside
from blocker.querylog.opening import (
    Damaged,
    LogError,
    file_of,
    open_writer,
    reason_of,
    said_by,
)
from blocker.querylog.privacy import Noted
from blocker.querylog.settings import LogSettings
from blocker.querylog.writer import Writer

LOOKS: Final = 10  # seconds between two looks for what is too old or too much

Result = TypeVar("Result")


class NotWritten(LogError):
    """Why, in two words, and in the database's own."""

    def __init__(self, reason: str, said: str) -> None:
        super().__init__(f"{reason}: {said}")
        self.reason = reason


class Database:
    """`octets`, `oldest` and `asides` are as of the last look."""

    def __init__(self, url: URL, settings: LogSettings) -> None:
        self.settings = settings
        self.octets = 0
        self.oldest = 0
        self.asides: tuple[Aside, ...] = ()
        self.damaged = 0  # times a new one was begun
        self._url = url
        self._path = file_of(url)
        self._engine: Engine | None = None
        self._connection: Connection | None = None
        self._writer = Writer()
        self._inode = 0
        self._next_look = 0.0

    def write(self, noted: Sequence[Noted]) -> None:
        self.transact(lambda connection: self._writer.write(connection, noted))
        if not self.oldest:  # these are the first
            self._next_look = 0.0

    def transact(self, work: Callable[[Connection], Result]) -> Result:
        """NotWritten: nothing has changed."""
        try:
            try:
                return self._once(work)
            except Damaged as damage:
                if self._path is None:
                    raise
                aside.set_aside(self._path, str(damage))
                self.damaged += 1
                self.asides = aside.asides(self._path)
                return self._once(work)
        except Damaged as damage:
            raise NotWritten("damaged", str(damage)) from damage
        except (SQLAlchemyError, OSError) as error:
            raise NotWritten(reason_of(error), said_by(error)) from error

    def tidy(self, now: int) -> None:
        """Keep within age and size, if it is time to look."""
        if time.monotonic() < self._next_look:
            return
        kept = self.transact(lambda each: retention.keep_within(each, self.settings, now))
        if kept.names_forgotten:
            self._writer.forget_names()
        self.transact(lambda each: retention.give_back(each, self.settings))
        self.transact(self._measure)
        if self._path is not None:
            horizon = now - self.settings.retention
            self.asides = aside.remove_old(self._path, horizon, self.settings.size)
        self._next_look = time.monotonic() + (0 if kept.more else LOOKS)

    def close(self) -> None:
        with suppress(SQLAlchemyError):
            if self._connection is not None:
                self._connection.close()
            if self._engine is not None:
                self._engine.dispose()
        self._connection = self._engine = None
        self._writer = Writer()
        self._next_look = 0.0

    def _once(self, work: Callable[[Connection], Result]) -> Result:
        try:
            connection = self._opened()
            with connection.begin():
                return work(connection)
        except (SQLAlchemyError, OSError) as error:
            self.close()
            reason_of(error)  # Damaged, if it is that
            raise
        except BaseException:
            self.close()
            raise

    def _opened(self) -> Connection:
        if self._connection is not None and self._inode != self._found():
            self.close()  # somebody has removed or replaced the file
        if self._connection is None:
            self._engine = open_writer(self._url)
            self._connection = self._engine.connect()
            self._inode = self._found()
        return self._connection

    def _found(self) -> int:
        if self._path is None:
            return 0
        try:
            return self._path.stat().st_ino
        except FileNotFoundError:
            return -1

    def _measure(self, connection: Connection) -> None:
        self.octets = retention.octets(connection)
        self.oldest = retention.oldest(connection)
