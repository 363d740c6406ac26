"""One file of one's own, by its name, and the shipped file under it: read, and replaced whole.

Rule: nothing outside of the overlay folder is ever written, whatever the name and whatever links
lie there.
"""

import hashlib
import os
import re
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from blocker.errors import StartError

NAME: Final = r"^[a-z0-9][a-z0-9-]{0,63}$"
SINGLE: Final = ("keep", "sources")  # the files that are of no vendor


@dataclass(frozen=True, slots=True)
class OwnFile:
    """`name` is a vendor, or `keep`, or `sources`."""

    name: str
    lists: Path
    overlay: Path

    @classmethod
    def named(cls, name: str, lists: Path, overlay: Path) -> "OwnFile":
        """StartError for what is no such name: a path, above all."""
        if not re.fullmatch(NAME, name):
            message = f"{name!r} is no vendor; write one as `blocker lists` shows it"
            raise StartError(message)
        return cls(name, lists, overlay)

    @property
    def inside(self) -> Path:
        """Its path in a folder of lists."""
        single = self.name in SINGLE
        return Path(f"{self.name}.yaml") if single else Path("vendors", f"{self.name}.yaml")

    @property
    def path(self) -> Path:
        return self.overlay / self.inside

    def text(self) -> str:
        """Empty when there is none. StartError when it cannot be read."""
        return _text(self.path)

    def shipped(self) -> str:
        return _text(self.lists / self.inside)

    def etag(self) -> str:
        """Changes with the one text and with the other."""
        digest = hashlib.sha256(self.text().encode())
        digest.update(b"\0" + self.shipped().encode())
        return digest.hexdigest()[:16]

    def write(self, text: str) -> None:
        """Replace it whole; an empty text removes it. StartError when that cannot be done."""
        try:
            self.path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
            if self.path.parent.resolve() != self.overlay.resolve() / self.inside.parent:
                message = f"{self.path.parent} leads out of {self.overlay}; make it a folder"
                raise StartError(message)
            if text.strip():
                _replace(self.path, text)
            else:
                self.path.unlink(missing_ok=True)
        except OSError as error:
            message = (
                f"cannot write {error.filename or self.path}: {error.strerror}; "
                "make it writable for this user, or set overlay: to another path"
            )
            raise StartError(message) from None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "is not UTF-8"
        message = f"{path}: cannot be read: {why}"
        raise StartError(message) from None


def _replace(path: Path, text: str) -> None:
    """A link that lies there is replaced, not followed."""
    mode = path.stat().st_mode & 0o777 if path.is_file() else 0o644
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(temporary).unlink()
        raise
