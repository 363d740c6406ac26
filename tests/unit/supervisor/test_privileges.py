"""Giving up root, in a process of its own, for there is no way back."""

import os
import pwd
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from blocker.errors import StartError
from blocker.supervisor.privileges import _give, claim, drop

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


def test_what_a_link_leads_to_is_not_given_away(tmp_path: Path) -> None:
    (outside := tmp_path / "outside").mkdir()
    (outside / "file").touch()
    (state := tmp_path / "state").mkdir()
    (state / "folder").symlink_to(outside)
    (state / "file").symlink_to(outside / "file")
    claim(state, "nobody")
    assert {path.stat().st_uid for path in (outside, outside / "file")} == {os.geteuid()}
    owner = pwd.getpwnam("nobody").pw_uid if AS_ROOT else os.geteuid()
    assert {path.lstat().st_uid for path in (state, *state.iterdir())} == {owner}


def test_a_state_folder_may_be_a_link_of_ours(tmp_path: Path) -> None:
    (disk := tmp_path / "disk").mkdir()
    (disk / "file").touch()
    (state := tmp_path / "state").symlink_to(disk)
    account = pwd.getpwuid(os.geteuid()) if not AS_ROOT else pwd.getpwnam("nobody")
    _give(state, account)
    assert {path.stat().st_uid for path in (disk, disk / "file")} == {account.pw_uid}
    if AS_ROOT:
        (other := tmp_path / "other").mkdir()
        (laid := tmp_path / "laid").symlink_to(other)
        os.chown(laid, account.pw_uid, account.pw_gid, follow_symlinks=False)
        _give(laid, account)
        assert other.stat().st_uid == 0


def test_a_folder_that_becomes_a_link_meanwhile_leads_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (outside := tmp_path / "outside").mkdir()
    (outside / "file").touch()
    (inside := tmp_path / "state" / "folder").mkdir(parents=True)
    (inside / "file").touch()
    giving, given = os.chown, []

    def swap(path: str, *owner: int, **how: Any) -> None:
        given.append(path)
        if path == "file" and not inside.is_symlink():
            inside.rename(tmp_path / "moved")
            inside.symlink_to(outside)
        giving(path, *owner, **how)

    account = pwd.getpwuid(os.geteuid()) if not AS_ROOT else pwd.getpwnam("nobody")
    monkeypatch.setattr(os, "chown", swap)
    _give(tmp_path / "state", account)
    assert inside.is_symlink()
    assert (tmp_path / "moved" / "file").stat().st_uid == account.pw_uid
    assert (outside / "file").stat().st_uid == os.geteuid()
    assert given.count("file") == 1


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
