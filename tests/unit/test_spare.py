"""When a server runs from memory, and that nobody can lead it elsewhere."""

import errno
from pathlib import Path

import pytest

from blocker import spare
from blocker.errors import StartError


@pytest.fixture(autouse=True)
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    memory = tmp_path / "memory"
    memory.mkdir()
    monkeypatch.setattr(spare, "_MEMORY", memory)
    return memory


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EIO, errno.EACCES])
def test_a_disk_that_fails_stops_nothing(tmp_path: Path, number: int) -> None:
    assert spare.can_do_without(tmp_path, OSError(number, ""))
    assert not spare.can_do_without(tmp_path / "nowhere", OSError(number, ""))


def test_a_wrong_path_is_told(tmp_path: Path) -> None:
    assert not spare.can_do_without(tmp_path, OSError(errno.ENOTDIR, ""))


def test_it_is_the_same_at_the_next_start(tmp_path: Path, memory: Path) -> None:
    folder = spare.spare_folder(tmp_path)
    assert folder.parent == memory
    assert spare.spare_folder(tmp_path) == folder
    assert spare.spare_folder(tmp_path / "other") != folder


def test_one_that_others_may_write_to_is_not_used(tmp_path: Path) -> None:
    folder = spare.spare_folder(tmp_path)
    folder.chmod(0o777)
    with pytest.raises(StartError, match="is not ours"):
        spare.spare_folder(tmp_path)
    folder.rmdir()
    folder.symlink_to(tmp_path)
    with pytest.raises(StartError, match="is not ours"):
        spare.spare_folder(tmp_path)


def test_the_users_rules_are_nobody_elses_business(tmp_path: Path) -> None:
    run = spare.spare_run(tmp_path)
    assert run.stat().st_mode & 0o777 == 0o700
    assert spare.spare_run(tmp_path) == run


def test_it_is_removed_when_the_disk_is_well_again(tmp_path: Path) -> None:
    folder = spare.spare_folder(tmp_path)
    spare.remove_spare(tmp_path, folder / "a.ruleset")
    assert folder.exists()
    spare.remove_spare(tmp_path, tmp_path / "rulesets" / "a.ruleset")
    assert not folder.exists()
    spare.remove_spare(tmp_path, tmp_path / "rulesets" / "a.ruleset")
