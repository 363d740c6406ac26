"""The query log as admin knows it: takes rows, writes them about every second, is asked, is closed.

Rule: nobody waits for the disk. What cannot be written waits here up to a bound; beyond it the
newest is dropped, counted by its reason, and said.
"""

import asyncio
import logging
import time
from collections import Counter, deque
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from blocker.core.row import Row
from blocker.querylog.aside import Aside
from blocker.querylog.database import Database, NotWritten
from blocker.querylog.opening import Damaged, LogError, open_reader, reason_of, said_by, url_of
from blocker.querylog.privacy import Noted, Privacy
from blocker.querylog.settings import LogSettings

GATHER: Final = 0.5  # seconds in which rows are gathered for one transaction
AGAIN: Final = 3.0  # seconds until what failed is tried again
ROOM: Final = 50_000  # rows that may wait
BATCH: Final = 20_000  # rows in one transaction
LISTENER: Final = 2_000  # rows that wait for one who watches
HEARTBEAT: Final = 15.0  # seconds
FAREWELL: Final = 4.0  # seconds for the last rows
READERS: Final = 2

log = logging.getLogger(__name__)
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class LogCounts:
    written: int  # rows, since the start
    waiting: int
    dropped: dict[str, int]  # rows, by reason
    octets: int
    oldest: int  # second of the oldest row; 0: none
    error: str  # why nothing can be written now
    damaged: int = 0  # times since the start that a new one was begun
    asides: tuple[Aside, ...] = ()  # the files of which that was so, the newest first


def _wall_clock() -> float:
    return datetime.now(UTC).timestamp()


def _elapsed() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def age_clock(
    wall: Callable[[], float] = _wall_clock, elapsed: Callable[[], float] = _elapsed
) -> Callable[[], float]:
    """What rows age by: a clock that is set a year ahead meanwhile must not take them along."""
    begun = wall() - elapsed()
    return lambda: min(wall(), begun + elapsed())


class QueryLog:
    """`run` is a task of admin's loop; `close` comes after it was cancelled."""

    def __init__(
        self,
        settings: LogSettings,
        state: Path,
        device_of: Callable[[str], str] = lambda address: "",
        now: Callable[[], float] | None = None,
    ) -> None:
        self.url = url_of(settings.store, state)
        self._database = Database(self.url, settings)
        self._privacy = Privacy(settings, device_of)
        self._reader = open_reader(self.url)
        self._now = now or age_clock()
        self._waiting: deque[Noted] = deque()
        self._writing: list[Noted] = []
        self._wake = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, "querylog")
        self._readers = ThreadPoolExecutor(READERS, "querylog-reader")
        self._listeners: set[asyncio.Queue[Noted | None]] = set()
        self._written = 0
        self._dropped: Counter[str] = Counter()
        self._reason = self._error = ""
        self._closing = False

    def take(self, rows: Sequence[Row]) -> None:
        """Rows of a worker; called in the loop."""
        noted = self._privacy.note(rows)
        room = max(0, ROOM - len(self._waiting) - len(self._writing))
        if len(noted) > room:
            self._dropped[self._reason or "too many"] += len(noted) - room
        self._waiting.extend(noted[:room])
        self._wake.set()
        for queue in self._listeners:
            for each in noted:
                if not queue.full():
                    queue.put_nowait(each)

    def know_devices(self, device_of: Callable[[str], str]) -> None:
        """From now on a device's key is stored with its address."""
        self._privacy.device_of = device_of

    def tells(self, client: str) -> bool:
        """Whether a figure of this client's can be known from it."""
        return self._privacy.tells(client)

    async def run(self) -> None:
        await self._in_thread(self._write_and_tidy)  # who reads finds a log, though an empty one
        while True:
            # Also when nothing is asked: what is too old has to go.
            try:
                async with asyncio.timeout(60):
                    await self._wake.wait()
            except TimeoutError:
                pass
            await asyncio.sleep(AGAIN if self._reason else GATHER)
            self._wake.clear()
            await self._in_thread(self._write_and_tidy)
            if self._waiting or self._writing:  # the latter after a failure
                self._wake.set()

    async def close(self) -> None:
        """Write what waits. What cannot be written in time is lost, counted and said."""
        self._closing = True
        for queue in self._listeners:
            if not queue.full():
                queue.put_nowait(None)
        try:
            async with asyncio.timeout(FAREWELL):
                await self._in_thread(self._write_all)
        except TimeoutError:
            self._reason = self._reason or "too slow"
        if lost := len(self._waiting) + len(self._writing):
            self._dropped[self._reason] += lost
            log.error("query log: the last %d rows are lost: %s", lost, self._error or self._reason)
        self._thread.submit(self._database.close)
        self._thread.shutdown(wait=not lost)
        self._readers.shutdown(wait=False, cancel_futures=True)

    def counts(self) -> LogCounts:
        return LogCounts(
            written=self._written,
            waiting=len(self._waiting) + len(self._writing),
            dropped=dict(self._dropped),
            octets=self._database.octets,
            oldest=self._database.oldest,
            error=self._error,
            damaged=self._database.damaged,
            asides=self._database.asides,
        )

    async def write(self, work: Callable[[Connection], Result]) -> Result:
        """A transaction of another part, by the only writer. LogError: nothing has changed."""
        return await self._in_thread(lambda: self._database.transact(work))

    async def read(self, work: Callable[[Connection], Result]) -> Result:
        """In one transaction that sees what is written. LogError when nothing can be read."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, self._read, work)

    async def listen(self, heartbeat: float = HEARTBEAT) -> AsyncGenerator[Noted | None, None]:
        """Rows as they come, until the log is closed, and None every so many seconds.

        Who is too slow misses some.
        """
        queue: asyncio.Queue[Noted | None] = asyncio.Queue(LISTENER)
        self._listeners.add(queue)
        try:
            beat = time.monotonic() + heartbeat
            while not self._closing:
                try:
                    async with asyncio.timeout(max(0.0, beat - time.monotonic())):
                        noted = await queue.get()
                except TimeoutError:
                    beat = time.monotonic() + heartbeat
                    noted = None
                yield noted
        finally:
            self._listeners.discard(queue)

    async def _in_thread(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _read(self, work: Callable[[Connection], Result]) -> Result:
        try:
            with self._reader.begin() as connection:
                return work(connection)
        except (SQLAlchemyError, OSError) as error:
            with suppress(Damaged):  # the writer will find it too, and set the file aside
                reason_of(error)
            message = (
                f"the query log cannot be read: {said_by(error)}; "
                "`blocker status` shows whether it is written"
            )
            raise LogError(message) from error

    def _write_and_tidy(self) -> None:
        """One batch, in the writer's thread. What is being written is in one place at any time."""
        while self._waiting and len(self._writing) < BATCH:
            self._writing.append(self._waiting.popleft())
        try:
            if self._writing:
                self._database.write(self._writing)
                self._written += len(self._writing)
                self._writing = []
            self._database.tidy(int(self._now()))
        except NotWritten as error:
            if error.reason != self._reason:
                log.error("query log: %s; rows wait, and then are dropped", error)  # noqa: TRY400
            self._reason, self._error = error.reason, str(error)
        except Exception as error:  # a fault of ours: names must go on being counted
            self._reason, self._error = "fault", f"fault: {error!r}"
            log.exception("query log: %d rows are left out", len(self._writing))
            self._dropped["fault"] += len(self._writing)
            self._writing = []
        else:
            if self._reason:
                log.warning("query log: is written again")
            self._reason = self._error = ""

    def _write_all(self) -> None:
        until = time.monotonic() + FAREWELL
        while self._waiting or self._writing:
            self._write_and_tidy()
            if self._reason or time.monotonic() > until:
                return
