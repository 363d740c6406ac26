"""One server for a state folder: two would take each other's generations, changes and commands.

Rule: the supervisor holds the lock, and nobody else: it is one of fcntl(2), which no child inherits
and which ends with its process however that ends. Whoever only reads the folder asks for none.
"""

import errno
import fcntl
import logging
import os
import struct
from pathlib import Path
from typing import Final

from blocker.errors import StartError
from blocker.spare import spare_folder

FILE: Final = "serve.lock"

_FLOCK: Final = struct.Struct("hhqqi")  # struct flock: type, whence, start, length, pid

log = logging.getLogger(__name__)


class Taken(StartError):
    """Another server runs with the state folder."""


def claim_alone(state: Path) -> int:
    """A descriptor: the lock is held while it is open. -1 where nothing can be locked.

    Taken, with its pid, when another server holds it. No other descriptor of that file may be
    closed by this process, for the lock ends with the first that is.
    """
    try:
        return _locked(state, state)
    except OSError as error:  # a disk that has failed stops nothing, so it is locked in memory
        fault = error.strerror
    try:
        return _locked(spare_folder(state), state)
    except Taken:
        raise
    except (OSError, StartError):
        log.warning("%s cannot be locked: %s; run no second server with it", state, fault)
        return -1


def _locked(folder: Path, state: Path) -> int:
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    opened = os.open(folder / FILE, flags, 0o600)
    try:
        fcntl.lockf(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        holder = _holder(opened)
        os.close(opened)
        if error.errno not in (errno.EAGAIN, errno.EACCES):
            raise
        message = (
            f"a server{holder} runs with the state folder {state} already; "
            "stop it, or set state: to another path"
        )
        raise Taken(message) from None
    return opened


def _holder(opened: int) -> str:
    """Empty where it cannot be seen from here, as in another container."""
    try:
        asked = _FLOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
        pid = _FLOCK.unpack(fcntl.fcntl(opened, fcntl.F_GETLK, asked))[4]
    except OSError:
        return ""
    return f" (pid {pid})" if pid > 0 else ""
