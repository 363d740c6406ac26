"""A state of the lists by name: a folder, or a real git repository's revision."""

import subprocess
from pathlib import Path

import pytest

from blocker.catalog.load import load_catalogue
from blocker.catalog.revision import lists_at
from blocker.catalog.version import version_of
from blocker.errors import StartError
from tests.support.lists import XIAOMI, entry, write_lists


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(
        ["git", *who, *arguments], cwd=folder, check=True, capture_output=True, timeout=20
    )


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    """Lists inside a repository, with a commit that has one vendor more than the work tree."""
    lists = write_lists(tmp_path / "repository" / "lists")
    (lists / "VERSION").write_text("2026-11-23\n")
    (lists / "README.md").write_text("not read")
    (lists / "vendors" / "poco.yaml").write_text("spoiled")
    git(lists.parent, "init", "-q")
    git(lists.parent, "add", ".")
    git(lists.parent, "commit", "-q", "-m", "spoiled")
    (lists / "vendors" / "poco.yaml").unlink()
    git(lists.parent, "commit", "-q", "-am", "mended")
    return lists


def test_a_folder_is_taken_as_it_is(lists: Path) -> None:
    for written in (lists, lists.parent):  # the lists, or the checkout that they lie in
        with lists_at(str(written), lists) as folder:
            assert folder == lists


def test_a_revision_is_what_was_committed(lists: Path) -> None:
    committed = version_of(lists)
    (lists / "vendors" / "xiaomi.yaml").write_text(XIAOMI + entry("a.mi.com"))
    with lists_at("HEAD", lists) as folder:
        assert version_of(folder) == committed
        assert load_catalogue(folder).version.date == "2026-11-23"
        assert not (folder / "README.md").exists()
    assert not folder.exists()
    with lists_at("HEAD~1", lists) as folder:
        assert (folder / "vendors" / "poco.yaml").read_text() == "spoiled"


@pytest.mark.parametrize("written", ["nowhere", "--output=x", "HEAD~9"])
def test_what_is_neither(lists: Path, written: str) -> None:
    with (
        pytest.raises(StartError, match="neither a folder nor a revision"),
        lists_at(written, lists),
    ):
        pass


def test_a_revision_before_there_were_lists(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "empty")
    lists = write_lists(tmp_path / "lists")
    with pytest.raises(StartError, match="HEAD has no lists at"), lists_at("HEAD", lists):
        pass
