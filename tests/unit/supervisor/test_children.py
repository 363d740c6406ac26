"""Children that live, die and are replaced: real processes, real signals."""

import errno
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from blocker.supervisor import children
from blocker.supervisor.children import Child, Children
from blocker.supervisor.ground import Mended


def until_stopped() -> None:
    """A well-behaved child: ends at SIGTERM, which came blocked."""
    signal.sigwait({signal.SIGTERM})


def stubborn() -> None:
    while True:
        signal.sigwait({signal.SIGTERM})


class Births:
    """Each process that a child's place had writes its id into the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def child(self, name: str, life: Callable[[], None] = until_stopped) -> Child:
        def run() -> None:
            (self.folder / f"{name}-{os.getpid()}-{time.monotonic_ns()}").touch()
            life()

        return Child(name, run)

    def pids(self, name: str) -> list[int]:
        found = [path.name.split("-") for path in self.folder.glob(f"{name}-*")]
        return [int(pid) for _, pid, born in sorted(found, key=lambda each: int(each[2]))]

    def wait_for(self, name: str, count: int, seconds: float = 3.0) -> list[int]:
        deadline = time.monotonic() + seconds
        while len(self.pids(name)) < count:
            assert time.monotonic() < deadline, f"{name}: {self.pids(name)}, {count} expected"
            time.sleep(0.005)
        return self.pids(name)


@pytest.fixture
def births(tmp_path: Path) -> Births:
    return Births(tmp_path)


@contextmanager
def supervised(
    *workers: Child, admin: Child, mend: Callable[[bool], Mended] = lambda _: Mended.NOTHING
) -> Iterator[int]:
    """The id of a process that supervises them."""
    pid = os.fork()
    if pid == 0:
        try:
            Children(workers, admin, mend).run()
        finally:
            os._exit(0)
    try:
        yield pid
    finally:
        os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)


def wait_until(condition: Callable[[], bool], seconds: float = 2.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.quiet
def test_who_is_killed_is_replaced_at_once_and_alone(births: Births) -> None:
    with supervised(births.child("w0"), births.child("w1"), admin=births.child("admin")):
        (first,) = births.wait_for("w0", 1)
        births.wait_for("w1", 1)
        time.sleep(1.1)  # lived long enough not to be one that dies at once
        killed = time.monotonic()
        os.kill(first, signal.SIGKILL)
        births.wait_for("w0", 2)
        assert time.monotonic() - killed < 0.5
        assert len(births.pids("w1")) == len(births.wait_for("admin", 1)) == 1


@pytest.mark.quiet
def test_the_first_death_costs_no_delay_however_early(births: Births) -> None:
    with supervised(births.child("w0"), admin=births.child("admin")):
        (first,) = births.wait_for("w0", 1)
        killed = time.monotonic()
        os.kill(first, signal.SIGKILL)
        births.wait_for("w0", 2)
        assert time.monotonic() - killed < 0.5


@pytest.mark.quiet
def test_who_dies_again_and_again_is_given_time(births: Births) -> None:
    with supervised(births.child("w0", lambda: None), admin=births.child("admin")):
        births.wait_for("w0", 4)
        time.sleep(0.5)
        assert len(births.pids("w0")) <= 6  # without back-off there would be hundreds
        births.wait_for("admin", 1)


@pytest.mark.quiet
def test_where_there_is_no_room_for_one_the_others_live(
    births: Births, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full, forked, ours = tmp_path / "full", os.fork, os.getpid()

    def fork() -> int:
        if os.getpid() != ours and full.exists():
            raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")
        return forked()

    monkeypatch.setattr(os, "fork", fork)
    monkeypatch.setattr(children, "NO_ROOM", 0.1)
    with supervised(births.child("w0"), admin=births.child("admin")) as parent:
        (worker,) = births.wait_for("w0", 1)
        (admin,) = births.wait_for("admin", 1)
        full.touch()
        os.kill(admin, signal.SIGKILL)
        time.sleep(0.4)
        assert is_alive(parent)
        assert is_alive(worker)
        assert births.pids("admin") == [admin]
        full.unlink()
        births.wait_for("admin", 2)
        assert births.pids("w0") == [worker]


@pytest.mark.quiet
@pytest.mark.parametrize(
    "mended, ended",
    [(Mended.NOTHING, set()), (Mended.ANEW, {"admin"}), (Mended.ELSEWHERE, {"admin", "w1"})],
)
def test_who_would_go_on_with_what_was_written_anew_starts_anew(
    births: Births, tmp_path: Path, mended: Mended, ended: set[str]
) -> None:
    def mend(whole: bool) -> Mended:
        looked = tmp_path / f"looked-{whole}"
        if looked.exists():
            return Mended.NOTHING
        looked.touch()
        return mended

    with supervised(births.child("w0"), births.child("w1"), admin=births.child("admin"), mend=mend):
        names = ("w0", "w1", "admin")
        first = {name: births.wait_for(name, 1)[0] for name in names}
        assert not list(tmp_path.glob("looked-*"))  # the first find what was just written
        time.sleep(1.1)
        os.kill(first["w0"], signal.SIGKILL)
        for name in {"w0"} | ended:
            births.wait_for(name, 2)
        time.sleep(0.2)
        assert {name for name in names if len(births.pids(name)) > 1} == {"w0"} | ended
        assert [path.name for path in tmp_path.glob("looked-*")] == ["looked-False"]
        os.kill(births.pids("w0")[-1], signal.SIGKILL)  # who dies at once has a reason
        births.wait_for("w0", 3)
        assert (tmp_path / "looked-True").exists()


@pytest.mark.quiet
def test_all_end_when_told_to(births: Births) -> None:
    with supervised(births.child("w0"), births.child("w1"), admin=births.child("admin")) as parent:
        pids = [births.wait_for(name, 1)[0] for name in ("w0", "w1", "admin")]
        asked = time.monotonic()
        os.kill(parent, signal.SIGTERM)
        while any(map(is_alive, pids)):
            assert time.monotonic() - asked < 2
            time.sleep(0.01)


def test_admin_ends_after_the_workers(births: Births, tmp_path: Path) -> None:
    def slow() -> None:
        until_stopped()
        time.sleep(0.3)
        (tmp_path / "worker-ended").touch()

    def observant() -> None:
        until_stopped()
        if (tmp_path / "worker-ended").exists():
            (tmp_path / "admin-saw-it").touch()

    with supervised(births.child("w0", slow), admin=births.child("admin", observant)):
        births.wait_for("w0", 1)
        births.wait_for("admin", 1)
    assert (tmp_path / "admin-saw-it").exists()


def test_who_does_not_end_is_killed_when_asked_twice(births: Births) -> None:
    with supervised(births.child("w0", stubborn), admin=births.child("admin")) as parent:
        (pid,) = births.wait_for("w0", 1)
        births.wait_for("admin", 1)
        os.kill(parent, signal.SIGTERM)
        time.sleep(0.3)
        assert is_alive(pid)
    assert not is_alive(pid)


def test_a_hang_up_reaches_admin_alone(births: Births, tmp_path: Path) -> None:
    def waits() -> None:
        while signal.sigwait({signal.SIGTERM, signal.SIGHUP}) == signal.SIGHUP:
            (tmp_path / "reloaded").touch()

    with supervised(births.child("w0"), admin=births.child("admin", waits)) as parent:
        (worker,) = births.wait_for("w0", 1)
        births.wait_for("admin", 1)
        os.kill(parent, signal.SIGHUP)
        wait_until((tmp_path / "reloaded").exists)
        assert is_alive(worker)
        assert len(births.pids("w0")) == 1


def test_a_hang_up_waits_for_an_admin_that_is_not_ready(births: Births, tmp_path: Path) -> None:
    def gets_ready() -> None:
        time.sleep(0.2)
        signal.signal(signal.SIGHUP, lambda *_: (tmp_path / "reloaded").touch())
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGHUP})
        until_stopped()

    admin = births.child("admin", gets_ready)
    admin.reload = True  # it is told right after its birth
    with supervised(births.child("w0"), admin=admin):
        births.wait_for("admin", 1)
        wait_until((tmp_path / "reloaded").exists)
        assert len(births.wait_for("w0", 1)) == 1


def test_who_takes_admins_place_reads_the_files_again(births: Births, tmp_path: Path) -> None:
    def waits() -> None:
        while signal.sigwait({signal.SIGTERM, signal.SIGHUP}) == signal.SIGHUP:
            (tmp_path / f"reloaded-{os.getpid()}").touch()

    with supervised(births.child("w0", waits), admin=births.child("admin", waits)):
        for name in ("w0", "admin"):
            os.kill(births.wait_for(name, 1)[0], signal.SIGKILL)
        _, successor = births.wait_for("admin", 2)
        births.wait_for("w0", 2)
        wait_until((tmp_path / f"reloaded-{successor}").exists)
        time.sleep(0.1)
        assert [path.name for path in tmp_path.glob("reloaded-*")] == [f"reloaded-{successor}"]


def test_a_terminal_interrupt_does_not_end_children_behind_our_back(births: Births) -> None:
    with supervised(births.child("w0"), admin=births.child("admin")):
        (pid,) = births.wait_for("w0", 1)
        os.kill(pid, signal.SIGINT)
        time.sleep(0.2)
        assert births.pids("w0") == [pid]
        assert is_alive(pid)


def test_a_child_that_fails_says_so_and_is_replaced(births: Births) -> None:
    def fails() -> None:
        raise RuntimeError("a fault")

    with supervised(births.child("w0", fails), admin=births.child("admin")):
        births.wait_for("w0", 2)
        births.wait_for("admin", 1)
