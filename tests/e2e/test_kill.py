"""Processes killed with -9, and what clients notice of it."""

import os
import signal
import socket
import threading
import time
from pathlib import Path

import pytest

from tests.support.blocker import BLOCKED, Blocker, blocker
from tests.support.packets import query
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.quiet

WAITING = 500


def test_without_admin_names_go_on(tmp_path: Path) -> None:
    with ScriptedUpstream() as upstream, blocker(tmp_path, upstreams=[upstream.url]) as server:
        server.wait_until_ready()
        admin = server.children()["admin"]
        os.kill(admin, signal.SIGKILL)
        for number in range(50):
            assert server.address() == "0.0.0.0"
            assert server.address(f"n{number}.example") == "192.0.2.80"
        server.successor("admin", admin)
        server.wait_until_ready()


def test_totals_do_not_go_down_with_admin_or_a_worker(tmp_path: Path) -> None:
    with blocker(tmp_path) as server:
        for name in ("worker0", "admin", "worker0"):
            counted = blocked(server)
            for _ in range(10):
                server.ask()
            server.wait_until(lambda before=counted: blocked(server) >= before + 10)
            pid = server.children()[name]
            os.kill(pid, signal.SIGKILL)
            server.successor(name, pid)
            server.wait_until_ready()
            server.ask()
            server.wait_until(lambda before=counted: blocked(server) >= before + 11)


def test_a_new_start_counts_from_nothing(tmp_path: Path) -> None:
    with blocker(tmp_path) as server:
        worker = server.children()["worker0"]
        for _ in range(10):
            server.ask()
        server.wait_until(lambda: blocked(server) >= 10)
        os.kill(worker, signal.SIGKILL)  # what it had counted is now in a file
        server.successor("worker0", worker)
        server.wait_until((server.state / "totals.json").exists)
        server.stop()
        server.start()
        assert blocked(server) < 5  # those that `start` itself asked


def blocked(server: Blocker) -> float:
    server.wait_until_ready()
    for line in server.http("GET", "/metrics").body.decode().splitlines():
        if line.startswith("blocker_queries_total") and 'action="blocked"' in line:
            return float(line.split()[-1])
    return 0.0


def test_queries_in_the_socket_of_a_killed_worker_are_answered(tmp_path: Path) -> None:
    """Stopped first, so that all of them are in the socket and none in the process."""
    with blocker(tmp_path) as server, server.client(seconds=1) as sock:
        # All answers come at once, faster than this client reads them.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        worker = server.children()["worker0"]
        os.kill(worker, signal.SIGSTOP)
        for number in range(WAITING):
            sock.send(query(f"n{number}.{BLOCKED}", packet_id=number))
        killed = time.monotonic()
        os.kill(worker, signal.SIGKILL)
        answered = {sock.recv(512)[:2] for _ in range(WAITING)}
        assert time.monotonic() - killed < 1
        assert len(answered) == WAITING
        assert server.children()["worker0"] != worker


def test_under_load_no_more_is_lost_than_was_in_hand(tmp_path: Path) -> None:
    with blocker(tmp_path) as server, server.client(seconds=1) as sock:
        # Of a second's answers that come at once none may be lost here.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        load = Load(sock, rate=2_000)
        load.start()
        time.sleep(0.5)
        worker = server.children()["worker0"]
        os.kill(worker, signal.SIGKILL)
        time.sleep(1)
        load.stop()
        assert load.sent > 2_000
        assert load.sent - load.answered <= 1  # the one between its two system calls
        assert load.longest_silence < 1


class Load(threading.Thread):
    """Queries at a steady rate over one socket, and what came back."""

    def __init__(self, sock: socket.socket, rate: int) -> None:
        super().__init__()
        self.sent = self.answered = 0
        self.longest_silence = 0.0
        self._sock = sock
        self._pause = 10 / rate
        self._sending = True
        self._receiver = threading.Thread(target=self._receive)

    def run(self) -> None:
        self._receiver.start()
        while self._sending:
            for _ in range(10):
                self._sock.send(query(f"n{self.sent}.{BLOCKED}"))
                self.sent += 1
            time.sleep(self._pause)

    def stop(self) -> None:
        self._sending = False
        self.join()
        self._receiver.join()

    def _receive(self) -> None:
        last = time.monotonic()
        while self._sending or self.answered < self.sent:
            try:
                self._sock.recv(512)
            except TimeoutError:
                return
            now = time.monotonic()
            self.answered += 1
            self.longest_silence = max(self.longest_silence, now - last)
            last = now


def test_without_the_supervisor_its_children_end(tmp_path: Path) -> None:
    with blocker(tmp_path) as server:
        server.wait_until_ready()
        children = list(server.children().values())
        assert len(children) == 2
        os.kill(server.pid, signal.SIGKILL)
        assert server.process is not None
        server.process.wait(2)
        server.wait_until(lambda: not any(map(is_alive, children)), 2)


def test_who_still_loads_its_program_ends_too(tmp_path: Path) -> None:
    with blocker(tmp_path) as server:
        server.wait_until_ready()
        admin = server.children()["admin"]
        os.kill(admin, signal.SIGKILL)
        admin = server.successor("admin", admin)
        os.kill(admin, signal.SIGSTOP)  # it has not come to look at its lifeline
        os.kill(server.pid, signal.SIGKILL)
        os.kill(admin, signal.SIGCONT)
        server.wait_until(lambda: not is_alive(admin), 1)
        server.wait_until(lambda: not server.answers(), 1)


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
