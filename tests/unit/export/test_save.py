"""A file is replaced whole, keeps its rights, and is left alone when that fails."""

from pathlib import Path

import pytest

from blocker.errors import StartError
from blocker.export.save import save


def test_a_file_is_replaced_and_keeps_its_rights(tmp_path: Path) -> None:
    file = tmp_path / "list"
    save("one\n", file)
    assert file.read_text() == "one\n"
    file.chmod(0o640)
    save("two\n", file)
    assert file.read_text() == "two\n"
    assert file.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [file]


def test_a_link_stays_one(tmp_path: Path) -> None:
    file, link = tmp_path / "list", tmp_path / "link"
    link.symlink_to(file)
    save("one\n", link)
    assert link.is_symlink()
    assert file.read_text() == "one\n"


def test_a_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    file = tmp_path / "list"
    save("one\n", file)
    with pytest.raises(UnicodeEncodeError):
        save("é", file)
    assert file.read_text() == "one\n"
    assert list(tmp_path.iterdir()) == [file]
    with pytest.raises(StartError, match="cannot be written: No such file or directory"):
        save("one\n", tmp_path / "missing" / "list")
