"""What processes that were killed have left half-written in the state folder.

Rule: a file is written as `.NAME.PID` and renamed when it is whole; one whose process is gone will
never be.
"""

import contextlib
import re
from pathlib import Path
from typing import Final

_HALF_WRITTEN: Final = re.compile(r"\..+\.([0-9]+)")


def clear_leftovers(state: Path, proc: Path = Path("/proc")) -> None:
    """What cannot be removed stays: it does no harm."""
    for path in state.glob(".*"):
        match = _HALF_WRITTEN.fullmatch(path.name)
        if match and not (proc / match[1]).exists():
            with contextlib.suppress(OSError):
                path.unlink()
