"""A file is replaced whole or not at all: who reads it meanwhile sees the old or the new one."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from blocker.errors import StartError


def save(text: str, path: Path) -> None:
    """Write it in place of what is there, with the same rights; StartError when that fails."""
    try:
        target = path.resolve()  # a link stays one
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(text)
                file.flush()
                os.fchmod(file.fileno(), mode)
                os.fsync(file.fileno())
            Path(temporary).replace(target)
        except BaseException:
            with suppress(OSError):
                Path(temporary).unlink()
            raise
    except OSError as error:
        message = f"{path}: cannot be written: {error.strerror or error}"
        raise StartError(message) from None


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
