"""Files that were damaged: set aside under another name, shown, and removed when they are old.

Rule: nothing in them is thrown away by us before it is as old as rows may get; but they hold names
and addresses, so no longer. All together they take at most what the log may.
"""

import logging
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

_ENDINGS: Final = ("", "-wal", "-shm")
_WHEN: Final = "%Y%m%dT%H%M%S.%f"
_NAME: Final = re.compile(r"\.damaged-(\d{8}T\d{6}\.\d{6})\Z")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Aside:
    path: Path
    second: int  # of when it was set aside, and a new log begun
    octets: int


def set_aside(path: Path, why: str) -> None:
    aside = path.with_name(f"{path.name}.damaged-{datetime.now(UTC):{_WHEN}}")
    for ending in _ENDINGS:
        with suppress(FileNotFoundError):
            _beside(path, ending).rename(_beside(aside, ending))
    log.error(
        "%s is damaged (%s): a new query log is begun; the file is kept as %s for the log's "
        "retention, and may be removed",
        path, why, aside.name,
    )  # fmt: skip


def asides(path: Path) -> tuple[Aside, ...]:
    """Those of the log at `path`, the newest first."""
    found = []
    with suppress(OSError):
        for each in path.parent.iterdir():
            match = _NAME.search(each.name)
            if match and each.name == path.name + match[0]:
                begun = datetime.strptime(match[1], _WHEN).replace(tzinfo=UTC)
                found.append(Aside(each, int(begun.timestamp()), _octets(each)))
    return tuple(sorted(found, key=lambda each: each.path.name, reverse=True))


def remove_old(path: Path, horizon: int, room: int) -> tuple[Aside, ...]:
    """Remove what was set aside before `horizon`, or has no room beside newer ones; what stays."""
    left: list[Aside] = []
    for each in asides(path):
        room -= each.octets
        if each.second >= horizon and (room >= 0 or not left):
            left.append(each)
        else:
            with suppress(OSError):
                for ending in _ENDINGS:
                    _beside(each.path, ending).unlink(missing_ok=True)
    return tuple(left)


def _octets(path: Path) -> int:
    octets = 0
    for ending in _ENDINGS:
        with suppress(OSError):
            octets += _beside(path, ending).stat().st_size
    return octets


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)
