"""One list brought up to date: fetched, judged, put in the place of the old copy or beside it.

Rule: nothing that goes wrong is raised; it is remembered with the list, whose last good copy
stays in use.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from secrets import SystemRandom
from typing import BinaryIO, Final, Literal

from blocker.download.body import Body, Content, IsAList
from blocker.download.connect import Network
from blocker.download.fetch import Arrived, Later, Validators, fetch
from blocker.download.record import Copy, Record
from blocker.download.schedule import after_failure, after_success
from blocker.download.shelf import Shelf
from blocker.download.source import DownloadError, Source, reason_of

AT_ONCE: Final = 4
SHRINK: Final = 2  # a list with less than one half of its lines is not believed
LONGEST: Final = 300  # characters of an error

Outcome = Literal["new", "same", "held", "failed"]

log = logging.getLogger(__name__)


def _now() -> float:
    return datetime.now(UTC).timestamp()


@dataclass(frozen=True, slots=True)
class Chance:
    """The clock and the dice, so that tests can hold them."""

    now: Callable[[], float] = _now
    draw: Callable[[], float] = SystemRandom().random


class Downloads:
    """Brings lists into a state folder, at most four at a time."""

    def __init__(
        self, state: Path, network: Network, is_a_list: IsAList, chance: Chance | None = None
    ) -> None:
        self.shelf = Shelf(state)
        self._network = network
        self._is_a_list = is_a_list
        self._chance = chance or Chance()
        self._turns = asyncio.Semaphore(AT_ONCE)

    @property
    def now(self) -> float:
        return self._chance.now()

    def record(self, source: Source) -> Record:
        """What is known of it. A copy from an address it had before is used, but is due."""
        record = self.shelf.record(source.name)
        return record if record.url == source.source else Record(record.good, url=source.source)

    async def refresh(self, source: Source, arrived: Arrived = lambda *_: None) -> Outcome:
        """Ask for it and remember what came of it. `arrived` hears how far it is."""
        async with self._turns:
            arrived(0, None)
            record = self.record(source)
            try:
                outcome, record = await self._fetched(source, record, arrived)
            except (DownloadError, OSError) as error:
                outcome, record = "failed", self._failed(source, record, error)
            try:
                self.shelf.remember(source.name, record)
            except OSError as error:
                log.warning("list %s: its record cannot be written: %s", source.name, error)
            return outcome

    async def _fetched(
        self, source: Source, record: Record, arrived: Arrived
    ) -> tuple[Outcome, Record]:
        self.shelf.open()
        latest = record.held or record.good
        known = Validators()
        if latest is not None and latest.url == source.source:
            known = Validators(latest.etag, latest.last_modified)
        bodies: list[Body] = []
        with self.shelf.part(source.name) as part:

            def body(encoding: str) -> Body:
                bodies.append(Body(part, source.size, self._is_a_list, encoding))
                return bodies[0]

            told = await fetch(source.source, known, body, self._network, arrived)
            record = self._succeeded(source, record)
            if told is None:
                return ("held" if record.held else "same"), record
            copy = _copy(source, told, bodies[0].finish(), self.now)
            return await asyncio.to_thread(self._judge, source.name, record, copy, part)

    def _judge(
        self, name: str, record: Record, copy: Copy, part: BinaryIO
    ) -> tuple[Outcome, Record]:
        """Whether to believe what came. In a thread, for a disk may take its time."""
        good = record.good
        if good is not None and good.digest == copy.digest:
            self.shelf.release(name)
            same = replace(copy, fetched_at=good.fetched_at)
            return "same", replace(record, good=same, held=None, confirmed_at=copy.fetched_at)
        if good is not None and good.url == copy.url and copy.lines * SHRINK < good.lines:
            self.shelf.hold(name, part)
            known, record = record.held, replace(record, held=copy)
            if known is None or known.digest != copy.digest:
                log.warning("list %s: %s", name, record.alarm)
            return "held", record
        self.shelf.install(name, part)
        log.info("list %s: %d lines are new", name, copy.lines)
        return "new", replace(record, good=copy, held=None, confirmed_at=copy.fetched_at)

    def _succeeded(self, source: Source, record: Record) -> Record:
        now = self.now
        return replace(
            record,
            checked_at=now,
            confirmed_at=record.confirmed_at if record.held else now,
            due_at=after_success(now, source.refresh, self._chance.draw()),
            failures=0,
            last_error="",
        )

    def _failed(self, source: Source, record: Record, error: Exception) -> Record:
        now, failures = self.now, record.failures + 1
        why = _in_a_line(error)
        if why != record.last_error:
            kept = "its last good copy stays in use" if record.good else "there is no copy of it"
            log.warning("list %s: %s; %s", source.name, why, kept)
        asked = error.seconds if isinstance(error, Later) else 0.0
        due = after_failure(now, failures, source.refresh, self._chance.draw(), asked)
        return replace(record, checked_at=now, due_at=due, failures=failures, last_error=why)


def _in_a_line(error: Exception) -> str:
    """Strangers had a say in it: nothing but text, and not much of it."""
    if isinstance(error, OSError):
        return f"it cannot be written: {reason_of(error)}"
    return "".join(each if each.isprintable() else " " for each in str(error))[:LONGEST]


def _copy(source: Source, told: Validators, content: Content, now: float) -> Copy:
    return Copy(
        url=source.source,
        etag=told.etag,
        last_modified=told.last_modified,
        fetched_at=now,
        octets=content.octets,
        lines=content.lines,
        digest=content.digest,
    )
