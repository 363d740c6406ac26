"""The control socket, `state/control.sock`: the admin API for who may open a file.

Its owner is the user of the server, its mode 0600, so no token is needed; the kernel says who is at
the other end. A leaf: the server and the command line meet in it.
"""

import os
import pwd
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

NAME = "control.sock"
MODE = 0o600
BACKLOG = 16

_CREDENTIALS = struct.Struct("3i")  # struct ucred: pid, uid, gid


def socket_path(state: Path) -> Path:
    return state / NAME


def bind(state: Path) -> socket.socket:
    """Listening, in place of what a killed server has left. OSError when it cannot be made.

    It is bound under another name and moved there whole: nobody ever finds it half made, or open
    to others.
    """
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    mask = os.umask(0o777 & ~MODE)
    try:
        with _near(state) as folder:
            path = folder / f".{NAME}.{os.getpid()}"
            path.unlink(missing_ok=True)
            sock.bind(str(path))
            try:
                sock.listen(BACKLOG)
                path.rename(folder / NAME)
            finally:
                path.unlink(missing_ok=True)
    except OSError:
        sock.close()
        raise
    finally:
        os.umask(mask)
    return sock


def unbind(state: Path) -> None:
    """A server that ends leaves nothing that looks like one."""
    with suppress(OSError):
        socket_path(state).unlink()


def connect(state: Path, seconds: float) -> socket.socket:
    """To the server that runs with this state folder.

    FileNotFoundError or ConnectionRefusedError: there is none. PermissionError: it is another's.
    """
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.settimeout(seconds)
    try:
        with _near(state) as folder:
            sock.connect(str(folder / NAME))
    except OSError:
        sock.close()
        raise
    return sock


def user_of(sock: socket.socket) -> str:
    """The name of the user at the other end, or the number of one without a name."""
    told = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    return user_name(_CREDENTIALS.unpack(told)[1])


def user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


@contextmanager
def _near(folder: Path) -> Iterator[Path]:
    """Another path to a folder, always short: a socket's may have 107 octets (unix(7))."""
    opened = os.open(folder, os.O_PATH | os.O_DIRECTORY)
    try:
        yield Path(f"/proc/self/fd/{opened}")
    finally:
        os.close(opened)
