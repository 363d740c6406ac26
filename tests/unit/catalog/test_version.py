"""The version of a folder of lists: what changes it, and what does not."""

import os
import subprocess
from pathlib import Path

import pytest

from blocker.catalog.load import default_lists, load_catalogue
from blocker.catalog.version import version_of
from blocker.errors import Problems
from tests.support.lists import write_lists


def test_is_the_date_and_the_hash(tmp_path: Path) -> None:
    lists = write_lists(tmp_path / "lists")
    (lists / "VERSION").write_text("2026-11-23\n")
    version = version_of(lists)
    assert version.date == "2026-11-23"
    assert str(version) == f"2026-11-23-{version.digest[:8]}"


def test_without_a_file_is_undated(tmp_path: Path) -> None:
    assert str(version_of(write_lists(tmp_path / "lists"))).startswith("undated-")


def test_is_that_of_the_content_alone(tmp_path: Path) -> None:
    one, other = write_lists(tmp_path / "one"), write_lists(tmp_path / "other")
    os.utime(other / "keep.yaml", (0, 0))
    (other / "README.md").write_text("not a list")
    assert version_of(one) == version_of(other)


@pytest.mark.parametrize("file", ["keep.yaml", "sources.yaml", "vendors/xiaomi.yaml"])
def test_changes_with_every_file(tmp_path: Path, file: str) -> None:
    lists = write_lists(tmp_path / "lists")
    before = version_of(lists)
    with (lists / file).open("a") as changed:
        changed.write("# more\n")
    assert version_of(lists) != before


def test_ones_own_files_have_a_hash_of_their_own(tmp_path: Path) -> None:
    lists, own = write_lists(tmp_path / "lists"), tmp_path / "lists.d"
    plain = version_of(lists)
    assert version_of(lists, own) == plain
    (own / "vendors").mkdir(parents=True)
    assert version_of(lists, own) == plain
    (own / "vendors" / "xiaomi.yaml").write_text("vendor: xiaomi\n")
    edited = version_of(lists, own)
    assert (edited.date, edited.digest) == (plain.date, plain.digest)
    assert str(edited) == f"{plain}+{edited.own[:8]}"
    (own / "vendors" / ".xiaomi.yaml.swp").write_text("an editor's")
    assert version_of(lists, own) == edited


@pytest.mark.parametrize("written", ["", "yesterday", "2026-13-01", "2026-11-23 1a2b", "\u00e9"])
def test_a_date_that_is_none_is_a_fault(tmp_path: Path, written: str) -> None:
    lists = write_lists(tmp_path / "lists")
    (lists / "VERSION").write_text(written)
    with pytest.raises(Problems, match=r"VERSION:1: .* is not a date; write one like 2026-11-23"):
        load_catalogue(lists)


def test_anybody_can_compute_the_hash() -> None:
    command = "cat keep.yaml sources.yaml vendors/*.yaml | sha256sum"
    run = subprocess.run(
        ["sh", "-c", command],
        cwd=default_lists(),
        env={"LC_ALL": "C", "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=10,
    )
    assert run.stdout.split()[0] == version_of(default_lists()).digest
