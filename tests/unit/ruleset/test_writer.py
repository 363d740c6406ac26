"""Writing: whole or not at all, and lines in the order they came."""

import os
from pathlib import Path

import pytest

from blocker.core.names import from_text, trie_key
from blocker.ruleset import RulesetWriter, open_ruleset


def key(name: str) -> bytes:
    return trie_key(from_text(name))


def test_the_first_line_of_a_repeated_name_is_kept(tmp_path: Path) -> None:
    writer = RulesetWriter()
    writer.add_list("a", "block", [(3, key("a.com")), (9, key("a.com"))])
    writer.write(tmp_path / "r", "v")
    assert [rule.line for rule in open_ruleset(tmp_path / "r").rules(key("a.com"))] == [3]


def test_repeats_among_overlaps_are_counted_too(tmp_path: Path) -> None:
    writer = RulesetWriter()
    for name in ("a", "b"):
        writer.add_list(name, "block", [(1, key("a.com")), (2, key("a.com"))])
    writer.write(tmp_path / "r", "v")
    ruleset = open_ruleset(tmp_path / "r")
    assert [(rule.list, rule.line) for rule in ruleset.rules(key("a.com"))] == [("a", 1), ("b", 1)]
    assert [source["repeats"] for source in ruleset.sources[1:]] == [1, 1]
    assert ruleset.counts["subscription"] == 2


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "r"
    for version in ("old", "new"):
        writer = RulesetWriter()
        writer.add_list(version, "block", [(1, key("a.com"))])
        before = open_ruleset(path) if path.exists() else None
        writer.write(path, version)
        assert before is None or before.rules(key("a.com"))[0].list == "old", "still mapped"
    assert open_ruleset(path).version == "new"
    assert [each.name for each in tmp_path.iterdir()] == ["r"]


def test_nothing_is_left_behind_when_it_fails(tmp_path: Path) -> None:
    path = tmp_path / "r"
    path.mkdir()  # what cannot be replaced by a file
    (path / "x").touch()
    with pytest.raises(OSError):  # noqa: PT011 - which one, the file system decides
        RulesetWriter().write(path, "v")
    assert [each.name for each in tmp_path.iterdir()] == ["r"]


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    """As whoever may write into the folder could lay for root."""
    victim = tmp_path / "victim"
    victim.write_text("precious")
    victim.chmod(0o600)
    (folder := tmp_path / "rulesets").mkdir()
    (folder / f".r.{os.getpid()}").symlink_to(victim)
    (folder / "r").symlink_to(victim)
    RulesetWriter().write(folder / "r", "v")
    assert not (folder / "r").is_symlink()
    assert open_ruleset(folder / "r").version == "v"
    assert victim.read_text() == "precious"
    assert [each.name for each in folder.iterdir()] == ["r"]


def test_the_folder_itself_is_no_link(tmp_path: Path) -> None:
    (elsewhere := tmp_path / "elsewhere").mkdir()
    (tmp_path / "rulesets").symlink_to(elsewhere)
    with pytest.raises(OSError, match="rulesets"):
        RulesetWriter().write(tmp_path / "rulesets" / "r", "v")
    assert not list(elsewhere.iterdir())


def test_progress_ends_at_the_total(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    writer = RulesetWriter()
    writer.add_list("a", "block", [(n, key(f"n{n}.com")) for n in range(70_000)])
    writer.write(tmp_path / "r", "v", lambda *step: told.append(step))
    assert told[0] == ("sorting", 0, 70_000)
    assert told[-1] == ("indexing", 70_000, 70_000)
    assert len(told) == 4
