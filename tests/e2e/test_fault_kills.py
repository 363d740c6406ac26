"""`kill -9` a hundred times, at random moments and under load: nothing confirmed is lost.

Children die beside their supervisor, which replaces them; a supervisor dies with its children, and
is started again as systemd would. Meanwhile clients ask, and rules are added by the API.
"""

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.support.blocker import BLOCKED, Blocker, blocker
from tests.support.packets import query
from tests.support.upstream import ScriptedUpstream

CHILDREN, SUPERVISORS = 96, 4
CONFIRMED = 10  # rules, before each round of kills
PATIENCE = 5.0  # seconds: a stub resolver asks again, and gives up then


class Clients(threading.Thread):
    """Ask one after the other: blocked names and new ones, each again after a second's silence."""

    def __init__(self, server: Blocker) -> None:
        super().__init__()
        self.answered = 0
        self.failed: list[str] = []
        self._server = server
        self._asking = threading.Event()
        self._ended = False

    def run(self) -> None:
        number = 0
        while not self._ended:
            self._asking.wait()
            time.sleep(0.005)
            number += 1
            name = BLOCKED if number % 2 else f"n{number}.example"
            if self._is_answered(name):
                self.answered += 1
            elif self._asking.is_set():
                self.failed.append(name)

    def _is_answered(self, name: str) -> bool:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with suppress(OSError), self._server.client(seconds=1) as sock:
                sock.send(query(name))
                if sock.recv(512)[7]:
                    return True
        return False

    @contextmanager
    def asking(self) -> Iterator[None]:
        self._asking.set()
        try:
            yield
        finally:
            self._asking.clear()

    def end(self) -> None:
        self._ended = True
        self._asking.set()
        self.join()


class Rules(threading.Thread):
    """Adds rules; what the API confirmed is in `confirmed`."""

    def __init__(self, server: Blocker) -> None:
        super().__init__()
        self.confirmed: list[str] = []
        self._server = server
        self._token = server.token()
        self._ended = threading.Event()

    def run(self) -> None:
        number = 0
        while not self._ended.wait(0.05):
            number += 1
            rule = {"action": "block", "name": f"rule{number}.example"}
            with suppress(OSError, ConnectionError, ValueError):
                if self._server.http("POST", "rules", rule, self._token).status in (200, 201):
                    self.confirmed.append(rule["name"])

    def wait_for_more(self, server: Blocker) -> None:
        enough = len(self.confirmed) + CONFIRMED
        server.wait_until(lambda: len(self.confirmed) >= enough, 20)

    def end(self) -> None:
        self._ended.set()
        self.join()


@pytest.mark.timeout(180)
def test_a_hundred_kills_at_random_moments(tmp_path: Path) -> None:
    chance = random.Random(100)
    with (
        ScriptedUpstream() as upstream,
        blocker(tmp_path, upstreams=[upstream.url], workers=4) as server,
    ):
        server.wait_until_ready()
        clients, rules = Clients(server), Rules(server)
        clients.start()
        rules.start()
        seen = set(server.child_pids())
        try:
            for _ in range(SUPERVISORS):
                rules.wait_for_more(server)  # there is something to lose
                with clients.asking():
                    for _ in range(CHILDREN // SUPERVISORS):
                        time.sleep(chance.uniform(0, 0.2))
                        seen |= kill_one(server, chance)
                seen |= kill_supervisor(server)
                server.start()
        finally:
            clients.end()
            rules.end()
        server.wait_until_ready()
        assert clients.failed == []
        assert clients.answered > 100
        assert len(rules.confirmed) >= SUPERVISORS * CONFIRMED
        for name in rules.confirmed:
            assert server.address(name) == "0.0.0.0", name
        assert server.address("after.example") == "192.0.2.80"
        assert server.stop() == 0
        assert not [pid for pid in seen if is_ours(pid)]
        assert not list(server.state.glob(".*")), "half-written files are cleared away"
        assert "Traceback" not in server.log.read_text()


def kill_one(server: Blocker, chance: random.Random) -> set[int]:
    """One of the children that live now, whichever; all their ids."""
    while not (alive := list(filter(is_ours, server.child_pids()))):
        time.sleep(0.01)
    os.kill(chance.choice(alive), signal.SIGKILL)
    return set(alive)


def kill_supervisor(server: Blocker) -> set[int]:
    assert server.process is not None
    server.process.send_signal(signal.SIGSTOP)  # no more children, so that these are all
    pids = server.child_pids()
    server.process.kill()
    server.process.wait(5)
    server.wait_until(lambda: not any(map(is_ours, pids)))
    return set(pids)


def is_ours(pid: int) -> bool:
    """Whether this process is alive and blocker's."""
    try:
        return b"blocker" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
