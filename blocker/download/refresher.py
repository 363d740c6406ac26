"""All downloads of a server, each when it is due, and what depends on them told once.

Rule: nobody waits for a list. What runs runs with the copies there are; when a new one is there,
`on_change` is called, once for all that came in together.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final

from blocker.download.downloads import Downloads, Outcome
from blocker.download.schedule import is_due
from blocker.download.shown import Progress, Shown, shown
from blocker.download.source import DownloadError, Source

LOOK: Final = 5.0  # seconds between two looks at what is due: a reload may have brought a list
AFTER_FAULT: Final = 60.0  # seconds
TOGETHER: Final = 10.0  # seconds that a new list waits for others under way

log = logging.getLogger(__name__)


class Refresher:
    """`sources` gives the configured lists as they are just now."""

    def __init__(
        self,
        sources: Callable[[], Sequence[Source]],
        downloads: Downloads,
        on_change: Callable[[], Awaitable[object]],
    ) -> None:
        self.under_way: dict[str, Progress] = {}
        self._sources = sources
        self._downloads = downloads
        self._on_change = on_change
        self._wanted: set[str] = set()
        self._look = asyncio.Event()
        self._changed = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._tell())
            while True:
                for source in self._due():
                    self.under_way[source.name] = Progress()
                    self._idle.clear()
                    tasks.create_task(self._refresh(source))
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._until_next()):
                        await self._look.wait()
                self._look.clear()

    def shown(self) -> list[Shown]:
        """Every list of the configuration, and how it is doing."""
        return [self.shown_as(source) for source in self._sources()]

    def shown_as(self, source: Source) -> Shown:
        record, now = self._downloads.record(source), self._downloads.now
        return shown(source, record, self.progress(source.name), now)

    def progress(self, name: str) -> Progress | None:
        """How far a list is that is under way, or about to be."""
        return self.under_way.get(name) or (Progress() if name in self._wanted else None)

    def source(self, name: str) -> Source:
        """The configured list of that name; KeyError when there is none, whatever was written."""
        return {source.name: source for source in self._sources()}[name]

    def refresh(self, name: str) -> None:
        """Ask for a list now. KeyError: none is called so; DownloadError: it is a file."""
        source = self.source(name)
        if not source.is_download:
            message = f"{name} is the file {source.source}, which is read at every reload"
            raise DownloadError(message)
        if name not in self.under_way:
            self._wanted.add(name)
            self._look.set()

    def accept(self, name: str) -> None:
        """Use the list that shrank. KeyError, or DownloadError when nothing is held back, or what
        is may be replaced at any moment.
        """
        if name in self.under_way:
            message = f"{name} is being downloaded just now; accept what is held back after that"
            raise DownloadError(message)
        self._downloads.shelf.accept(self.source(name).name)
        self._changed.set()

    def look(self) -> None:
        """The configuration may be another now."""
        self._look.set()

    def _due(self) -> list[Source]:
        wanted, self._wanted = self._wanted, set()
        now = self._downloads.now
        return [
            source
            for source in self._sources()
            if source.is_download
            and source.name not in self.under_way
            and (
                source.name in wanted
                or is_due(now, self._downloads.record(source).due_at, source.refresh)
            )
        ]

    def _until_next(self) -> float:
        now = self._downloads.now
        idle = [each for each in self._sources() if each.name not in self.under_way]
        due = [self._downloads.record(each).due_at - now for each in idle if each.is_download]
        return max(0.05, min([LOOK, *due]))

    async def _refresh(self, source: Source) -> None:
        outcome: Outcome = "failed"
        try:
            outcome = await self._downloads.refresh(source, self.under_way[source.name])
        except Exception:
            log.exception("list %s could not be refreshed", source.name)
            await asyncio.sleep(AFTER_FAULT)  # else it were due at once, again and again
        finally:
            del self.under_way[source.name]
            if not self.under_way:
                self._idle.set()
            if outcome == "new":
                self._changed.set()
            self._look.set()

    async def _tell(self) -> None:
        while True:
            await self._changed.wait()
            with suppress(TimeoutError):
                async with asyncio.timeout(TOGETHER):
                    await self._idle.wait()
            self._changed.clear()
            try:
                await self._on_change()
            except Exception:
                log.exception("what was downloaded could not be put in force")
