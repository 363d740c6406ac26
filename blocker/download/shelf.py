"""The copies on disk: state/lists/<name>.list, its record beside it, and what is held back.

Rule: whoever reads finds the old copy or the new, whole, whenever the power goes. The copy is
moved into place before its record is written: a record too old costs a download, one too new
would keep a list from ever being fetched.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Final

from blocker.download.record import Copy, Record
from blocker.download.source import DownloadError, copy_of
from blocker.link import write_atomically

PART: Final = ".part"  # of a file that is being written
ABANDONED: Final = 3600.0  # seconds after which nobody writes to one any more


class Shelf:
    """The copies of one state folder."""

    def __init__(self, state: Path) -> None:
        self._state = state
        self.folder = state / "lists"

    def path(self, name: str) -> Path:
        return copy_of(self._state, name)

    def open(self) -> None:
        """Make the folder, and remove what killed downloads have left. OSError."""
        self.folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        for part in self.folder.glob(f".*{PART}"):
            with suppress(OSError):
                if time.time() - part.stat().st_mtime > ABANDONED:  # noqa: TID251 - as mtime is
                    part.unlink()

    def record(self, name: str) -> Record:
        """As it is on disk; what it says of copies that are not there is left out."""
        path = self._record(name)
        try:
            record = Record.decode(path.read_bytes())
        except (OSError, ValueError):
            return Record()
        good = record.good if _has(self.path(name), record.good) else None
        held = record.held if _has(self._held(name), record.held) else None
        return replace(record, good=good, held=held)

    def remember(self, name: str, record: Record) -> None:
        write_atomically(self._record(name), record.encode())

    @contextmanager
    def part(self, name: str) -> Iterator[BinaryIO]:
        """A file to write a download into; gone afterwards unless it was installed or held."""
        path = self.path(name).with_name(f".{name}.{os.getpid()}{PART}")
        try:
            with path.open("wb") as file:
                yield file
        finally:
            path.unlink(missing_ok=True)

    def install(self, name: str, part: BinaryIO) -> None:
        """What was written is the copy from now on."""
        _move(part, self.path(name))
        self._held(name).unlink(missing_ok=True)

    def hold(self, name: str, part: BinaryIO) -> None:
        """Keep it beside the copy in use."""
        _move(part, self._held(name))

    def accept(self, name: str) -> Copy:
        """What was held is the copy from now on. DownloadError when nothing is."""
        record = self.record(name)
        if record.held is None:
            message = f"{name}: nothing is held back, so there is nothing to accept"
            raise DownloadError(message)
        self._held(name).replace(self.path(name))
        self.remember(name, replace(record, good=record.held, held=None))
        return record.held

    def release(self, name: str) -> None:
        """What was held is of no more interest."""
        self._held(name).unlink(missing_ok=True)

    def _record(self, name: str) -> Path:
        return self.path(name).with_suffix(".json")

    def _held(self, name: str) -> Path:
        return self.path(name).with_suffix(".held")


def _move(part: BinaryIO, path: Path) -> None:
    part.flush()
    os.fsync(part.fileno())
    Path(part.name).replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _has(path: Path, copy: Copy | None) -> bool:
    try:
        return copy is not None and path.stat().st_size == copy.octets
    except OSError:
        return False
