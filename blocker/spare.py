"""Where a server runs from when its state folder cannot be written: a folder in memory.

Rule: only what can be made anew is put there, a ruleset and the current generation. What must last
(changes, tokens, the query log) goes to the state folder or nowhere, so nothing that was confirmed
is lost with the memory.
"""

import errno
import hashlib
import os
import shutil
import stat
import tempfile
from pathlib import Path
from typing import Final

from blocker.errors import StartError

_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - the folder made there is ours alone
_ON_THE_DISK: Final = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO)
_RIGHTS: Final = (errno.EACCES, errno.EPERM)


def can_do_without(state: Path, error: OSError) -> bool:
    """Whether a disk has failed; who set the wrong path has to hear of it instead."""
    return state.is_dir() and error.errno in (*_ON_THE_DISK, *_RIGHTS)


def spare_folder(state: Path) -> Path:
    """For rulesets: the one for this state folder and this user, made if it is not there. Others
    may not look into it, but read a file they are told of: whom root becomes has to.
    """
    folder = _place(state)
    try:
        folder.mkdir(mode=0o711, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        message = f"neither {state} nor {folder} can be written: {error.strerror}"
        raise StartError(message) from error
    # Others can make folders there too, and could lead us where they like.
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        message = f"{state} cannot be written, and {folder} is not ours; remove it"
        raise StartError(message)
    return folder


def spare_run(state: Path) -> Path:
    """For the generation, which has the user's rules: nobody else's business."""
    folder = spare_folder(state) / "run"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def remove_spare(state: Path, ruleset: Path) -> None:
    """When the disk is well again; unless the ruleset in use is there."""
    folder = _place(state)
    if not folder.is_symlink() and not ruleset.is_relative_to(folder):
        shutil.rmtree(folder, ignore_errors=True)


def _place(state: Path) -> Path:
    place = _MEMORY if os.access(_MEMORY, os.W_OK) else Path(tempfile.gettempdir())
    mark = hashlib.sha256(os.fsencode(state.resolve())).hexdigest()[:16]
    return place / f"blocker-{os.geteuid()}-{mark}"
