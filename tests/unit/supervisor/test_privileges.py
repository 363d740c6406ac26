"""Giving up root, in a process of its own, for there is no way back."""

import os
import pwd
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from blocker.errors import StartError
from blocker.supervisor.privileges import claim, drop

AS_ROOT = os.geteuid() == 0


def in_a_child(what: Callable[[], bool]) -> bool:
    pid = os.fork()
    if pid == 0:
        good = False
        try:
            good = what()
        finally:
            os._exit(0 if good else 1)
    return os.waitpid(pid, 0)[1] == 0


def test_the_state_folder_is_made_for_us_alone(tmp_path: Path) -> None:
    state = tmp_path / "deep" / "state"
    claim(state, None)
    assert state.stat().st_mode & 0o777 == 0o750
    claim(state, None)  # and again


def test_a_state_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StartError, match=r"cannot make the state folder .*; set state:"):
        claim(tmp_path / "file" / "state", None)


def test_nothing_is_dropped_without_a_user() -> None:
    before = os.getresuid()
    drop(None)
    assert os.getresuid() == before


def test_the_user_gets_the_state_and_the_process_becomes_the_user(tmp_path: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    state = tmp_path / "state"
    (state / "rulesets").mkdir(parents=True)
    (state / "rulesets" / "one").write_text("")

    def become() -> bool:
        claim(state, "nobody")
        with suppress(StartError):  # where nobody cannot read Python itself
            drop("nobody")
        return os.getresuid() == (nobody.pw_uid,) * 3 and os.getresgid() == (nobody.pw_gid,) * 3

    def stay() -> bool:
        before = os.getresuid()
        claim(state, "nobody")
        drop("nobody")  # who is not root cannot, and need not
        return os.getresuid() == before

    assert in_a_child(become if AS_ROOT else stay)
    owner = nobody.pw_uid if AS_ROOT else os.geteuid()
    assert {path.stat().st_uid for path in (state, *state.rglob("*"))} == {owner}


def test_there_is_no_way_back() -> None:
    def try_to_return() -> bool:
        if not AS_ROOT:
            return os.geteuid() != 0
        with suppress(StartError):
            drop("nobody")
        try:
            os.setuid(0)
        except PermissionError:
            return os.getgroups() == [pwd.getpwnam("nobody").pw_gid]
        return False

    assert in_a_child(try_to_return)


def test_a_user_that_does_not_exist(tmp_path: Path) -> None:
    if AS_ROOT:
        with pytest.raises(StartError, match="there is no user nosuchuser; make one"):
            claim(tmp_path, "nosuchuser")
    else:
        claim(tmp_path, "nosuchuser")
        assert tmp_path.stat().st_uid == os.geteuid()
