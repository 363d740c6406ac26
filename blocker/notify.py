"""What the service manager is told: that we are ready, alive, reloading or ending (sd_notify(3)).

Rule: one datagram, and nobody waits for it. Started by hand there is no one to tell, and no harm.
"""

import contextlib
import os
import socket
import time
from typing import Final

SOCKET: Final = "NOTIFY_SOCKET"
WATCHDOG: Final = "WATCHDOG_USEC"
WATCHDOG_OF: Final = "WATCHDOG_PID"

_MICROSECONDS = 1_000_000


def notify(*lines: str) -> bool:
    """Tell `READY=1`, `STATUS=...` and the like; whether there was someone to tell."""
    path = os.environ.get(SOCKET, "")
    if not path.startswith(("/", "@")):
        return False
    address = f"\0{path[1:]}" if path.startswith("@") else path
    with (
        contextlib.suppress(OSError),
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock,
    ):
        sock.setblocking(False)
        sock.sendto("\n".join(lines).encode(), address)
        return True
    return False


def reloading() -> bool:
    """That a reload begins; systemd orders it by the clock it is told."""
    now = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1_000
    return notify("RELOADING=1", f"MONOTONIC_USEC={now}")


def watchdog_seconds() -> float | None:
    """How often the service manager wants to hear that we are alive; None when it does not ask."""
    written = os.environ.get(WATCHDOG, "")
    asked_of = os.environ.get(WATCHDOG_OF, "")
    # Admin tells, and it is a child of the process that was started.
    if not written.isdecimal() or asked_of not in ("", str(os.getpid()), str(os.getppid())):
        return None
    return int(written) / _MICROSECONDS or None
