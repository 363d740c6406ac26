"""`make run`: start the resolver where this machine allows it, and say where.

A configuration file decides its own addresses. Without one the resolver listens on port 53 if it
may and the port is free, and on port 5300 if not: a newcomer's first try must not end in EACCES.
"""

import errno
import os
import socket
import sys
from contextlib import ExitStack
from pathlib import Path

STANDARD_PORT = 53
SPARE_PORT = 5300
CONFIGS = (Path("blocker.yaml"), Path("/etc/blocker/blocker.yaml"))  # where `serve` looks
GENERATED_CONFIG = Path("state/run.yaml")


def main() -> None:
    blocker = Path(sys.executable).with_name("blocker")
    command = [str(blocker), "serve", *choose(sys.argv[1:])]
    sys.stdout.flush()
    os.execv(blocker, command)  # noqa: S606 -- signals reach the resolver itself


def choose(arguments: list[str]) -> list[str]:
    """The options for `serve`; writes a configuration if the spare port it must be."""
    if arguments:
        return ["-c", arguments[0]]
    if any(config.exists() for config in CONFIGS):
        return []
    refusal = why_not(STANDARD_PORT)
    if refusal is None:
        print(f"Using port {STANDARD_PORT}.")
        return []
    print(f"Port {STANDARD_PORT} {refusal}. Using port {SPARE_PORT}.")
    GENERATED_CONFIG.parent.mkdir(parents=True, exist_ok=True)
    GENERATED_CONFIG.write_text(
        f"# Written by make run; your own settings belong in {CONFIGS[0]}.\n"
        f'dns:\n  listen: ["0.0.0.0:{SPARE_PORT}", "[::]:{SPARE_PORT}"]\n'
        f'state: "{GENERATED_CONFIG.parent.resolve()}"\n',
        encoding="utf-8",
    )
    return ["-c", str(GENERATED_CONFIG)]


def why_not(port: int) -> str | None:
    """Why the wildcard addresses cannot be had on `port`; None if they can."""
    with ExitStack() as sockets:
        for family, address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
            for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                try:
                    probe = sockets.enter_context(socket.socket(family, kind))
                    if family == socket.AF_INET6:
                        probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                    if kind == socket.SOCK_STREAM:
                        # A connection in TIME_WAIT does not keep the port from a listener.
                        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    probe.bind((address, port))
                except PermissionError:
                    return "needs more rights than this user has (sudo make run has them)"
                except OSError as error:
                    if error.errno == errno.EADDRINUSE:
                        return "is in use by another program"
                    if family == socket.AF_INET6:
                        continue  # a machine without IPv6; the resolver copes
                    return f"cannot be used ({error.strerror})"
    return None


if __name__ == "__main__":
    main()
