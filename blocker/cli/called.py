"""How this program was called: what to type to call it again, also as another user.

Rule: a whole path. `blocker` alone is on no PATH in a checkout, and on another one under sudo.
"""

import sys
from contextlib import suppress
from pathlib import Path

from blocker import control
from blocker.errors import StartError


def program() -> str:
    """`/opt/blocker/bin/blocker`, or `/usr/bin/python3 -m blocker`."""
    called = Path(sys.argv[0])
    if called.name == "blocker" and called.is_file():
        return str(called.absolute())
    return f"{sys.executable} -m blocker"


def not_yours(path: Path) -> StartError:
    """What is the server's, and closed to this user."""
    again = f"sudo -u {_owner(path)} {program()} ..."
    return StartError(f"{path} is not yours to open; run as the server's user: {again}")


def _owner(path: Path) -> str:
    for each in (path, path.parent):  # of a folder that is closed the owner still shows
        with suppress(OSError):
            return control.user_name(each.stat().st_uid)
    return "root"
