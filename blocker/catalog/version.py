"""Which state of the lists this is: the date of its release, and a hash of what it holds.

`lists/VERSION` has the date, so that the same files have the same version wherever and whenever
they are read. The hash is of the YAML files one after another, so anybody can have it:
`cd lists && LC_ALL=C cat keep.yaml sources.yaml vendors/*.yaml | sha256sum`.

One's own edits have a hash of their own behind a plus, so that the first part can be compared.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from blocker.errors import Problem, Problems

FILE: Final = "VERSION"
UNDATED: Final = "undated"
_SHOWN: Final = 8


@dataclass(frozen=True, slots=True)
class Version:
    """Written `2026-11-23-1a2b3c4d`, or `undated-1a2b3c4d` for a folder without a VERSION.

    With an overlay that says something, `2026-11-23-1a2b3c4d+5e6f7a8b`.
    """

    date: str
    digest: str
    own: str = ""

    def __str__(self) -> str:
        own = f"+{self.own[:_SHOWN]}" if self.own else ""
        return f"{self.date}-{self.digest[:_SHOWN]}{own}"


NONE: Final = Version(UNDATED, "")  # of lists that are in no folder


def version_of(folder: Path, overlay: Path | None = None) -> Version:
    """The version of a folder of lists; Problems when its VERSION is no date."""
    own = [path for path in files(overlay) if path.is_file()] if overlay else []
    return Version(_date(folder / FILE), _hash(files(folder)), _hash(own) if own else "")


def files(folder: Path) -> list[Path]:
    """The files that a catalogue is read from, in the order of the hash."""
    vendors = sorted((folder / "vendors").glob("[!.]*.yaml"))
    return [folder / "keep.yaml", folder / "sources.yaml", *vendors]


def _hash(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()


def _date(path: Path) -> str:
    try:
        written = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return UNDATED
    except (OSError, UnicodeDecodeError):
        written = ""
    try:
        return date.fromisoformat(written).isoformat()
    except ValueError:
        what = f"{written[:40]!r} is not a date"
        raise Problems([Problem(str(path), 1, "", what, "write one like 2026-11-23")]) from None
