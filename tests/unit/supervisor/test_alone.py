"""One server for a state folder; real processes, for a lock does not keep its own process out."""

import errno
import fcntl
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from blocker.spare import remove_spare
from blocker.supervisor.alone import FILE, Taken, claim_alone


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "state"
    path.mkdir()
    yield path
    remove_spare(path, Path("/"))


def outcome(state: Path) -> str:
    """Of another process that tries."""
    reads, writes = os.pipe()
    if (pid := os.fork()) == 0:
        said = "nothing"
        try:
            said = f"held {claim_alone(state) >= 0}"
        except Taken as error:
            said = str(error)
        finally:
            os.write(writes, said.encode())
            os._exit(0)
    os.waitpid(pid, 0)
    os.close(writes)
    with os.fdopen(reads, "rb") as said_there:
        return said_there.read().decode()


def test_the_second_hears_who_the_first_is(state: Path) -> None:
    held = claim_alone(state)
    assert (state / FILE).stat().st_mode & 0o777 == 0o600
    assert outcome(state) == (
        f"a server (pid {os.getpid()}) runs with the state folder {state} already; "
        "stop it, or set state: to another path"
    )
    os.close(held)
    assert outcome(state) == "held True"


def holder(state: Path, then: Callable[[], object]) -> int:
    """A process that has the lock when this returns."""
    reads, writes = os.pipe()
    if (pid := os.fork()) == 0:
        try:
            claim_alone(state)
            then()
            os.write(writes, b"x")
            signal.pause()
        finally:
            os._exit(0)
    os.close(writes)
    assert os.read(reads, 1) == b"x"
    os.close(reads)
    return pid


def test_children_hold_nothing_after_their_parent_was_killed(state: Path, tmp_path: Path) -> None:
    born = tmp_path / "born"

    def have_a_child() -> None:
        if (pid := os.fork()) == 0:
            signal.pause()
        born.write_text(str(pid))

    parent = holder(state, have_a_child)
    child = int(born.read_text())
    try:
        assert f"(pid {parent})" in outcome(state)
        os.kill(parent, signal.SIGKILL)
        os.waitpid(parent, 0)
        os.kill(child, 0)  # it lives
        assert outcome(state) == "held True"
    finally:
        os.kill(child, signal.SIGKILL)


def test_what_a_child_closes_frees_nothing(state: Path) -> None:
    held = claim_alone(state)
    if (pid := os.fork()) == 0:
        os.close(held)
        os._exit(0)
    os.waitpid(pid, 0)
    assert outcome(state) != "held True"
    os.close(held)


def test_where_the_folder_cannot_be_written_it_is_locked_in_memory(state: Path) -> None:
    (state / FILE).mkdir()  # root may write anywhere
    held = claim_alone(state)
    assert f"(pid {os.getpid()})" in outcome(state)
    os.close(held)


def test_no_link_is_followed(state: Path, tmp_path: Path) -> None:
    (state / FILE).symlink_to(tmp_path / "elsewhere")
    held = claim_alone(state)
    assert not (tmp_path / "elsewhere").exists()
    os.close(held)


def test_where_nothing_can_be_locked_names_resolve_all_the_same(
    state: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def no_locks(*_: object) -> NoReturn:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "lockf", no_locks)
    assert claim_alone(state) == -1
    assert "No locks available; run no second server with it" in caplog.text


def test_another_folder_is_another_lock(state: Path) -> None:
    held = claim_alone(state)
    other = state.with_name("other")
    other.mkdir()
    assert outcome(other) == "held True"
    shutil.rmtree(other)
    os.close(held)
