"""One folder of lists, shipped or one's own: what is read, and what is passed over."""

from pathlib import Path

import pytest

from blocker.catalog.folder import Files, read_own, read_shipped, vendor_files
from blocker.errors import Problems
from tests.support.lists import XIAOMI, entry, write_lists, write_own

OWN = "vendor: xiaomi\nremove: [{name: tracking.miui.com, reason: R}]\n"


def told(files: Files) -> list[str]:
    return [str(problem).removeprefix(f"{files.folder}/") for problem in files.problems]


def test_rules_say_where_they_are_from(tmp_path: Path) -> None:
    shipped = read_shipped(write_lists(tmp_path / "somewhere"))
    assert {each.rule.list for each in shipped.written.listed} == {
        "lists/keep.yaml",
        "lists/vendors/xiaomi.yaml",
    }
    text = "vendor: xiaomi\nentries:\n" + entry("a.mi.com")
    own = read_own(write_own(tmp_path / "else", {"vendors/xiaomi.yaml": text}))
    assert [each.rule.list for each in own.written.listed] == ["lists.d/vendors/xiaomi.yaml"]


def test_a_removal_is_of_an_entry_or_of_a_kept_name(tmp_path: Path) -> None:
    keep = "remove: [{name: update.miui.com, reason: R}]\n"
    files = read_own(write_own(tmp_path, {"vendors/xiaomi.yaml": OWN, "keep.yaml": keep}))
    assert [(each.key, each.vendor) for each in files.removed] == [
        (("keep", "update.miui.com"), ""),
        (("curated", "tracking.miui.com"), "xiaomi"),
    ]


def test_reading_goes_on_after_a_fault(tmp_path: Path) -> None:
    files = {"vendors/a.yaml": "vendor: [", "vendors/b.yaml": "nothing: 1\n", "keep.yaml": "- 1\n"}
    read = read_own(write_own(tmp_path, files | {"vendors/xiaomi.yaml": OWN}))
    assert len(read.removed) == 1
    assert [each.partition(":")[0] for each in told(read)] == [
        "keep.yaml",
        "vendors/a.yaml",
        "vendors/b.yaml",
        "vendors/b.yaml",
    ]


def test_no_lists_at_all(tmp_path: Path) -> None:
    with pytest.raises(Problems, match="no such folder; name a folder of lists"):
        read_shipped(tmp_path)
    assert read_own(tmp_path) == Files(tmp_path, "lists.d")


def test_what_looks_like_a_list_and_is_none_is_told(tmp_path: Path) -> None:
    names = ("vendors/a.yml", "vendors/b.YAML", "vendors/c.yaml~", "vendors/.d.yaml", "e.yaml")
    assert told(read_own(write_own(tmp_path, dict.fromkeys(names, XIAOMI)))) == [
        "e.yaml: is not read; move it to vendors/<vendor>.yaml",
        "vendors/a.yml: is not read; name it <vendor>.yaml or remove it",
        "vendors/b.YAML: is not read; name it <vendor>.yaml or remove it",
    ]
    assert vendor_files(tmp_path) == []


def test_a_folder_that_cannot_be_read_is_told_not_passed_over(tmp_path: Path) -> None:
    folder = write_own(tmp_path / "own", {"vendors": ""})
    assert told(read_own(folder)) == ["vendors: cannot be read: Not a directory"]
