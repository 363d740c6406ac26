"""A fast wrong answer is no result: each server is asked with dig before it is timed."""

import contextlib
import subprocess
import time
from collections.abc import Callable

from tests.benchmarks import client, processes
from tests.benchmarks.servers import Server

NULL = "0.0.0.0"
ELSEWHERE = "192.0.2.1"  # what the upstream says of every name


EVERY = 0.02  # seconds between two questions


def wait_until_answers(port: int, name: str, limit: float = 60.0) -> None:
    """Until there is an address for the name."""
    _wait(port, name, lambda answer: not answer.startswith("("), limit)


def wait_until_blocked(port: int, name: str, pid: int, limit: float = 300.0) -> None:
    """Asks for ever new names below it, which no cache has, while the server lives."""

    def over() -> bool:
        return processes.has_ended(pid)

    _wait(port, name, lambda answer: answer in (NULL, "(3)"), limit, over, fresh=True)


def _wait(
    port: int,
    name: str,
    enough: Callable[[str], bool],
    limit: float,
    over: Callable[[], bool] = lambda: False,
    *,
    fresh: bool = False,
) -> None:
    deadline = time.monotonic() + limit
    with client.connected(port) as sock:
        for number in range(0x10000):
            asked = f"q{number}.{name}" if fresh else name
            with contextlib.suppress(TimeoutError, ConnectionError):
                if enough(client.ask(sock, asked, number, patience=0.5)):
                    return
            if time.monotonic() > deadline or over():
                break
            time.sleep(EVERY)
    raise TimeoutError(f"port {port} does not answer about {name} as it should")


def check(server: Server, port: int, blocked: list[str], cached: list[str]) -> None:
    """Blocked at and below a name, from both ends of the list; the rest resolved, twice."""
    expected = [(name, NULL) for name in (blocked[0], blocked[-1])]
    expected += [(f"never.seen.{name}", NULL) for name in (blocked[0], blocked[-1])]
    expected += [(name, ELSEWHERE) for name in (cached[0], cached[0], cached[-1], "x" + blocked[0])]
    for name, address in expected:
        answer = ask(port, name)
        if answer != address:
            raise AssertionError(f"{server.name} answers {name} with {answer!r}, not {address}")


def ask(port: int, name: str) -> str:
    command = ["dig", "+short", "+tries=1", "+timeout=2", "-p", str(port), "@127.0.0.1", name, "A"]
    answered = subprocess.run(command, capture_output=True, text=True)
    return answered.stdout.strip() if answered.returncode == 0 else ""
