"""From root to the user the configuration names, once the ports are bound. There is no way back."""

import os
import pwd
import sys
from contextlib import suppress
from pathlib import Path

from blocker.errors import StartError


def claim(state: Path, user: str | None) -> None:
    """Make the state folder, and give it to `user` if we are root and are to become that user."""
    try:
        state.mkdir(mode=0o750, parents=True, exist_ok=True)
    except OSError as error:
        raise StartError(
            f"cannot make the state folder {state}: {error.strerror}; set state: to another path"
        ) from error
    if user is not None and os.geteuid() == 0:
        _give(state, _account(user))


def drop(user: str | None) -> None:
    """Become `user`; nothing to do for who is not root, or was not told to."""
    if user is None or os.geteuid() != 0:
        return
    account = _account(user)
    os.initgroups(user, account.pw_gid)
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)
    for program in (sys.executable, os.__file__, __file__):
        if not os.access(program, os.R_OK):  # admin and reloads load more of it, as this user
            raise StartError(
                f"the user {user} cannot read {program}, a part of this program; "
                "install it where that user can, as in /opt, or correct user:"
            )


def _give(state: Path, account: pwd.struct_passwd) -> None:
    """Each by its own folder, which is open: for another process of that user may make a path lead
    elsewhere meanwhile. A link to the state folder is followed if it is ours.
    """
    owner = (account.pw_uid, account.pw_gid)
    if state.is_symlink() and state.lstat().st_uid == os.geteuid():
        state = state.resolve()
    with suppress(OSError):  # a disk that has failed: names must resolve all the same
        os.chown(state, *owner, follow_symlinks=False)
    for _, folders, files, folder in os.fwalk(state):
        for name in (*folders, *files):
            with suppress(OSError):
                os.chown(name, *owner, dir_fd=folder, follow_symlinks=False)


def _account(user: str) -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(user)
    except KeyError:
        raise StartError(
            f"there is no user {user}; make one (useradd --system {user}) or correct user:"
        ) from None
