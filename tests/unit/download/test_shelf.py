"""The copies on disk."""

import os
from pathlib import Path

import pytest

from blocker.download.record import Copy, Record
from blocker.download.shelf import ABANDONED, Shelf
from blocker.download.source import DownloadError


def copy(octets: int) -> Copy:
    return Copy("https://lists.example/a", "", "", 1.0, octets, 1, "")


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    made = Shelf(tmp_path)
    made.open()
    return made


def put(shelf: Shelf, content: bytes, *, hold: bool = False) -> None:
    with shelf.part("one") as part:
        part.write(content)
        (shelf.hold if hold else shelf.install)("one", part)


def names(shelf: Shelf) -> list[str]:
    return sorted(path.name for path in shelf.folder.iterdir())


def test_a_part_is_gone_unless_it_was_installed(shelf: Shelf) -> None:
    with shelf.part("one") as part:
        part.write(b"a")
        assert len(names(shelf)) == 1
    assert names(shelf) == []
    put(shelf, b"abc")
    assert names(shelf) == ["one.list"]
    assert shelf.path("one").read_bytes() == b"abc"


def test_a_record_without_its_copy_is_worth_nothing(shelf: Shelf) -> None:
    shelf.remember("one", Record(good=copy(3), held=copy(1), failures=2))
    assert shelf.record("one") == Record(failures=2)
    put(shelf, b"abc")
    assert shelf.record("one") == Record(good=copy(3), failures=2)
    put(shelf, b"x", hold=True)
    assert shelf.record("one").held == copy(1)
    put(shelf, b"abcd")  # as after a crash between copy and record
    assert shelf.record("one") == Record(failures=2)


def test_what_was_held_is_accepted(shelf: Shelf) -> None:
    put(shelf, b"abc")
    with pytest.raises(DownloadError, match="one: nothing is held back"):
        shelf.accept("one")
    put(shelf, b"x", hold=True)
    shelf.remember("one", Record(good=copy(3), held=copy(1)))
    assert shelf.accept("one") == copy(1)
    assert shelf.record("one") == Record(good=copy(1))
    assert names(shelf) == ["one.json", "one.list"]


def test_what_a_killed_download_left_is_removed_in_time(shelf: Shelf) -> None:
    old, new = shelf.folder / ".one.1.part", shelf.folder / ".two.2.part"
    for path in (old, new):
        path.write_bytes(b"a")
    long_ago = old.stat().st_mtime - ABANDONED - 1
    os.utime(old, (long_ago, long_ago))
    shelf.open()
    assert names(shelf) == [".two.2.part"]


def test_names_stay_in_the_folder(shelf: Shelf) -> None:
    with pytest.raises(ValueError, match="no name"):
        shelf.record("../generation")
    with pytest.raises(ValueError, match="no name"), shelf.part("../one"):
        pass
