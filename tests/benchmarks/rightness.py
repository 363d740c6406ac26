"""A fast wrong answer is no result: each server is asked with dig before it is timed."""

import subprocess
import time

from tests.benchmarks.servers import Server

NULL = "0.0.0.0"
ELSEWHERE = "192.0.2.1"  # what the upstream says of every name


def wait_until_answers(port: int, name: str, limit: float = 60.0) -> None:
    deadline = time.monotonic() + limit
    while not ask(port, name):
        if time.monotonic() > deadline:
            raise TimeoutError(f"nothing answers on port {port} after {limit:g} s")
        time.sleep(0.05)


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
