"""Files that a person edits: what is saved is checked and in force within two seconds.

Events of the file system only say that it is time to look. What counts is what the files hold, once
that stays as it is: so temporary files of editors, half-saved files, and files that are moved into
place mean nothing by themselves, and where there are no events a look every few seconds will do.
"""

import asyncio
import logging
import os
from collections.abc import AsyncGenerator, Collection, Iterator
from contextlib import aclosing
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Final

from watchfiles import Change, awatch

from blocker.admin.reload import Generations
from blocker.catalog.folder import vendor_files
from blocker.catalog.load import default_lists
from blocker.catalog.ownfile import SINGLE
from blocker.catalog.version import FILE as VERSION
from blocker.config import Config, load_config
from blocker.errors import BlockerError
from blocker.link import Generation

SETTLE: Final = 0.3  # seconds in which nothing may change any more
RETURN: Final = 1.0  # the same, when something is gone: it may be about to be put back
PATIENCE: Final = 3.0  # seconds after which what will not settle is taken as it is
LOOK: Final = 2.0  # seconds between two looks when no event comes
WHOLE: Final = 1 << 20  # octets; of a larger file the time and the size have to do

Stamp = tuple[int, int, int]
Contents = dict[Path, str]

log = logging.getLogger(__name__)
logging.getLogger("watchfiles").setLevel(logging.WARNING)  # it would tell of every event


class Watched:
    """The files that a configuration is made of, and the folders where they lie."""

    def __init__(self, config: Config) -> None:
        self.folders = (config.lists or default_lists(), config.overlay)
        self.files = tuple(_files(config))
        # A link may lead to a file, or be part of the way to it.
        self._named = {*self.folders, *self.files, *(file.resolve() for file in self.files)}
        self._lists = {folder / below for folder in self.folders for below in ("", "vendors")}

    def places(self) -> dict[Path, tuple[int, int]]:
        """The folders in which something can change, and which ones they are at present."""
        found = {}
        for folder in self._lists | {path.parent for path in self._named}:
            if (there := _stat(folder)) is not None:
                found[folder] = (there.st_dev, there.st_ino)
        return found

    def concerns(self, path: str) -> bool:
        """Whether an event may be about them. Logs and state may lie in the same folders."""
        at = Path(path)
        return at in self._named or at.parent in self._lists or at.is_symlink()

    def listed(self) -> Iterator[Path]:
        yield from self.files
        for folder in self.folders:
            yield from (folder / f"{name}.yaml" for name in SINGLE)
            yield folder / VERSION
            yield from vendor_files(folder)


class Watch:
    """Reloads when what was read has changed."""

    def __init__(self, generations: Generations) -> None:
        self._generations = generations
        self._watched = Watched(self._config() or Config())
        self._known: dict[Path, tuple[Stamp, str]] = {}
        self._read = self._look()

    @property
    def folders(self) -> tuple[Path, Path]:
        """The shipped lists, and one's own."""
        return self._watched.folders

    async def reload(self) -> Generation:
        """At somebody's request; what is read by it is not read again for having changed."""
        self._read = self._look()
        return await self._generations.reload()

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            places = self._watched.places()
            async with aclosing(self._events(places)) as events:
                async for _ in events:
                    await self._take_what_changed()
                    if self._watched.places() != places:
                        break

    async def _take_what_changed(self) -> None:
        if self._look() == self._read:
            return
        holding = await self._settled()
        if holding == self._read:
            return
        changed = {path for path, _ in holding.items() ^ self._read.items()}
        log.info("changed: %s", ", ".join(sorted(map(str, changed))))
        if (config := self._config()) is not None:
            self._watched = Watched(config)  # it may name other files by now
        self._read = self._look()
        await self._generations.reload_and_log()

    async def _settled(self) -> Contents:
        """What the files hold, once they stay so."""
        clock = asyncio.get_running_loop().time
        until = clock() + PATIENCE
        holding = self._look()
        while True:
            await asyncio.sleep(RETURN if self._read.keys() - holding.keys() else SETTLE)
            before, holding = holding, self._look()
            if holding == before or clock() > until:
                return holding

    async def _events(self, places: Collection[Path]) -> AsyncGenerator[None, None]:
        """One at once, for what has happened before; then one whenever it is time to look.

        An event may be missed while the watch is being set up, and where others never cease (a
        database beside the files) no time passes without one: so they too tell that it is time.
        """
        yield
        clock = asyncio.get_running_loop().time
        due = clock()

        def says_so(_: Change, path: str) -> bool:
            return self._watched.concerns(path) or clock() >= due

        try:
            told = awatch(
                *places,
                watch_filter=says_so,
                step=50,
                debounce=50,  # we wait ourselves, for what the files hold
                rust_timeout=round(LOOK * 1000),
                yield_on_timeout=True,
                recursive=False,
                ignore_permission_denied=True,
            )
            async with aclosing(told):
                async for _ in told:
                    due = clock() + LOOK
                    yield
        except FileNotFoundError:  # gone since we looked
            await asyncio.sleep(SETTLE)
        except (OSError, RuntimeError) as error:
            log.warning("files are looked at every %d s, for no events come: %s", LOOK, error)
            while True:
                await asyncio.sleep(LOOK)
                yield

    def _look(self) -> Contents:
        """What each file holds, in short. A file that has not been touched is not read again."""
        known: dict[Path, tuple[Stamp, str]] = {}
        for path in self._watched.listed():
            if (there := _stat(path)) is None:
                continue
            stamp = (there.st_mtime_ns, there.st_size, there.st_ino)
            before = self._known.get(path)
            same = before is not None and before[0] == stamp and _settled_long_ago(there)
            known[path] = before if before and same else (stamp, _mark(path, stamp))
        self._known = known
        return {path: mark for path, (_, mark) in known.items()}

    def _config(self) -> Config | None:
        """None while it is wrong."""
        file = self._generations.started_with.config
        try:
            return load_config(Path(file) if file else None)
        except BlockerError:
            return None


def _files(config: Config) -> Iterator[Path]:
    if config.file:
        yield config.file
    yield from config.hosts
    for subscription in config.subscriptions:
        if isinstance(subscription.source, Path):
            yield subscription.source


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None


def _settled_long_ago(there: os.stat_result) -> bool:
    """Two writes right after each other may leave the same time, so the time alone tells little."""
    return datetime.now(UTC).timestamp() - there.st_mtime > LOOK


def _mark(path: Path, stamp: Stamp) -> str:
    """A hash; of a large file its time and size."""
    if stamp[1] > WHOLE:
        return str(stamp)
    try:
        return blake2b(path.read_bytes(), digest_size=16).hexdigest()
    except OSError:
        return ""
