"""A worker in a process of its own, with nothing around it but a file, a link and a lifeline."""

import os
import signal
import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from dnslib import DNSRecord

from blocker.core.row import MARK, Row, decode
from blocker.link import Generation, Link, Tally, encode_notice, link_pair
from blocker.sockets import Address, bind_dns
from blocker.worker import outbox, run
from tests.support.backend import first_plan
from tests.support.packets import query
from tests.support.ports import free_port
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.alone

BLOCKED = "tracking.miui.com"


class Worker:
    """The process, and the ends that the supervisor and admin would hold."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.port = free_port()
        (self.sockets,) = bind_dns([Address("127.0.0.1", self.port)], 1)
        self.end, admin = link_pair()
        self.link = Link(admin)
        self.lifeline, self.held = os.pipe()
        self.pid = 0
        self.rows: list[Row] = []

    def start(self) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        self.pid = os.fork()
        if self.pid == 0:
            status = 1
            try:
                os.close(self.held)
                run(0, self.sockets.udp, self.sockets.tcp, self.end, self.lifeline, self.state)
                status = 0
            finally:
                os._exit(status)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})

    def address(self, name: str) -> str:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(3)
            sock.connect(("127.0.0.1", self.port))
            sock.send(query(name))
            records = DNSRecord.parse(sock.recv(512)).rr
        return str(records[0].rdata) if records else ""

    def install(self, **fields: Any) -> Generation:
        """A next generation, as admin would make it."""
        current = Generation.read(self.state)
        generation = replace(current, number=current.number + 1, **fields)
        generation.write(self.state)
        self.link.send(encode_notice(generation.number))
        return generation

    def tally(self, wanted: Any = lambda tally: True, seconds: float = 3) -> Tally:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for message in self.link.receive():
                if message.startswith(MARK):
                    self.rows += decode(message)
                elif wanted(tally := Tally.decode(message)):
                    return tally
            time.sleep(0.01)
        raise AssertionError("no such tally came")

    def ended(self, seconds: float = 3) -> int:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.pid = 0
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.01)
        raise AssertionError("it goes on")

    def close(self) -> None:
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        for sock in (*self.sockets.udp, *self.sockets.tcp, self.end, self.link.sock):
            sock.close()
        for descriptor in (self.lifeline, self.held):
            with suppress(OSError):
                os.close(descriptor)


@contextmanager
def working(folder: Path, upstream: str = "udp://127.0.0.1:9") -> Iterator[Worker]:
    plan = first_plan(folder)
    replace(plan.generation, number=1, upstreams=[{"url": upstream}]).write(Path(plan.state))
    worker = Worker(Path(plan.state))
    try:
        worker.start()
        yield worker
    finally:
        worker.close()


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    with working(tmp_path) as running:
        yield running


def test_it_answers_without_anyone_else(worker: Worker) -> None:
    assert worker.address(BLOCKED) == "0.0.0.0"


def test_it_tells_what_it_did(worker: Worker) -> None:
    for _ in range(3):
        worker.address(BLOCKED)
    counted = {"xiaomi": {"analytics": {"blocked": 3}}}
    tally = worker.tally(lambda tally: tally.accounts == counted)
    assert tally.pid == worker.pid
    assert tally.generation == 1


def test_it_tells_of_every_query_by_name(worker: Worker) -> None:
    for name in (BLOCKED, BLOCKED, "localhost", BLOCKED):
        worker.address(name)
    worker.tally(lambda tally: sum(row.count for row in worker.rows) == 4)
    counts: Counter[tuple[str, str, str, str]] = Counter()
    for row in worker.rows:
        counts[row.client, row.name, row.kind.action, row.kind.vendor] += row.count
        assert 0 <= datetime.now(UTC).timestamp() - row.second < 3
    assert counts == {
        ("127.0.0.1", BLOCKED, "blocked", "xiaomi"): 3,
        ("127.0.0.1", "localhost", "local", ""): 1,
    }


def test_nobody_listening_holds_nothing_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody reads the link; after its queue is full it drops, and answers as before."""
    monkeypatch.setattr(outbox, "ROOM", 100)
    monkeypatch.setattr(outbox, "QUEUED", 4_096)
    with working(tmp_path) as worker:
        for number in range(3_000):
            assert worker.address(f"n{number}.{BLOCKED}") == "0.0.0.0"
        worker.tally(lambda tally: tally.link_dropped + tally.rows_dropped > 0, 10)
        assert worker.address(BLOCKED) == "0.0.0.0"


def test_a_new_generation_is_taken_in_one_step_and_acknowledged(worker: Worker) -> None:
    assert worker.address(BLOCKED) == "0.0.0.0"
    group = Generation.read(worker.state).groups[0]
    blocking = {**group["blocking"], "answer": {"ipv4": "192.0.2.7", "ipv6": "::"}}
    worker.install(groups=[{**group, "blocking": blocking}])
    assert worker.tally(lambda tally: tally.generation == 2, 1).refused == 0
    assert worker.address(BLOCKED) == "192.0.2.7"


def test_upstreams_are_changed_and_their_counts_kept(tmp_path: Path) -> None:
    with (
        ScriptedUpstream() as first,
        ScriptedUpstream() as second,
        working(tmp_path, first.url) as worker,
    ):
        assert worker.address("a.example") == "192.0.2.80"
        worker.install(upstreams=[{"url": second.url}])
        worker.tally(lambda tally: tally.generation == 2)
        assert worker.address("b.example") == "192.0.2.80"
        worker.install(upstreams=[{"url": first.url}])
        worker.tally(lambda tally: tally.generation == 3)
        assert worker.address("c.example") == "192.0.2.80"
        tally = worker.tally(lambda tally: tally.cache and tally.cache["entries"] == 3)
        assert tally.upstreams[first.url]["requests"] == 2
        assert tally.upstreams[second.url]["requests"] == 1
        assert not second.asked("a.example")


def test_one_that_cannot_be_run_is_refused_and_the_old_one_goes_on(worker: Worker) -> None:
    good = Generation.read(worker.state).ruleset
    worker.tally()  # it has begun with the first generation
    worker.install(ruleset=str(worker.state / "missing.ruleset"))
    tally = worker.tally(lambda tally: tally.refused == 2)
    assert tally.generation == 1
    assert "missing.ruleset" in tally.error
    assert worker.address(BLOCKED) == "0.0.0.0"
    worker.install(ruleset=good)
    assert worker.tally(lambda tally: tally.generation == 3).error == ""


def test_a_file_that_is_damaged_changes_nothing(worker: Worker) -> None:
    worker.tally()
    (worker.state / "generation.json").write_text("{")
    worker.link.send(encode_notice(5))
    assert worker.tally(lambda tally: tally.refused == 5).generation == 1
    assert worker.address(BLOCKED) == "0.0.0.0"


def test_an_old_notice_is_no_news(worker: Worker) -> None:
    worker.tally()
    (worker.state / "generation.json").unlink()
    worker.link.send(encode_notice(1))
    time.sleep(0.1)
    assert worker.tally().refused == 0


def test_a_pause_begins_and_ends_without_help(tmp_path: Path) -> None:
    with ScriptedUpstream() as upstream, working(tmp_path, upstream.url) as worker:
        assert worker.address(BLOCKED) == "0.0.0.0"
        worker.install(paused_until=datetime.now(UTC).timestamp() + 1)
        worker.tally(lambda tally: tally.generation == 2)
        assert worker.address(BLOCKED) == "192.0.2.80"
        time.sleep(1.3)
        assert worker.address(BLOCKED) == "0.0.0.0"


def test_it_ends_well_when_told_to(worker: Worker) -> None:
    worker.address(BLOCKED)
    os.kill(worker.pid, signal.SIGTERM)
    assert worker.ended() == 0
    assert worker.tally().queries == {"udp": {"blocked": 1}}  # the last word has all of it
    with suppress(AssertionError):
        worker.tally(lambda tally: False, 0.1)
    assert [(row.name, row.count) for row in worker.rows] == [(BLOCKED, 1)]


def test_it_ends_at_once_when_the_supervisor_is_gone(worker: Worker) -> None:
    worker.address(BLOCKED)
    os.close(worker.held)
    assert worker.ended(1) == 1


def test_the_books_of_many_queries_stall_no_answer(worker: Worker) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(3)
        sock.connect(("127.0.0.1", worker.port))
        slowest = []
        for number in range(20_000):
            begun = time.perf_counter() - kept_waiting(worker.pid)
            sock.send(query(f"n{number}.{BLOCKED}"))
            sock.recv(512)
            slowest.append(time.perf_counter() - kept_waiting(worker.pid) - begun)
    slowest.sort()
    assert slowest[-20] < 0.005  # 99.9 %; the rest is the scheduler's
    worker.tally(lambda tally: tally.queries.get("udp", {}).get("blocked", 0) >= 19_000)


def kept_waiting(worker: int) -> float:
    """Seconds in which the worker, or who asks it, could have run and another process did."""
    told = (Path(f"/proc/{pid}/schedstat").read_text().split()[1] for pid in (worker, "self"))
    return sum(map(int, told)) / 1e9
