"""What `check` says of what is right."""

from pathlib import Path

from blocker.catalog.load import load_catalogue
from blocker.cli.report import report
from blocker.inputs import read_inputs
from tests.support.lists import write_lists, write_own


def test_report(tmp_path: Path) -> None:
    write_lists(tmp_path / "lists")
    (tmp_path / "names.txt").write_text("a.example\nwrong name\n", encoding="utf-8")
    file = tmp_path / "blocker.yaml"
    file.write_text(
        "lists: lists\nsubscriptions: [{name: mine, source: names.txt, match: exact}]\n",
        encoding="utf-8",
    )
    note, *lines = report(read_inputs(file))
    assert note.startswith(f"note       {tmp_path}/names.txt:2: ")
    assert lines == [
        f"config     {file}: no errors",
        f"lists      {tmp_path}/lists undated-76b766cf: no errors; "
        "1 vendor, 2 names of theirs, 1 to keep, 1 source",
        "list       mine: 1 name (domains), 1 line without one",
        "in force   2 rules of 1 vendor",
    ]


def test_edits_of_ones_own_are_counted(tmp_path: Path) -> None:
    write_lists(tmp_path / "lists")
    text = "vendor: xiaomi\nremove: [{name: tracking.miui.com, reason: R}]\n"
    own = write_own(tmp_path / "state" / "lists.d", {"vendors/xiaomi.yaml": text})
    file = tmp_path / "blocker.yaml"
    file.write_text("lists: lists\n", encoding="utf-8")
    assert f"own        {own}: 1 edit of the lists" in report(read_inputs(file))


def test_the_shipped_lists_are_named(tmp_path: Path) -> None:
    file = tmp_path / "blocker.yaml"
    file.write_text("state: here\n", encoding="utf-8")
    said = "\n".join(report(read_inputs(file)))
    assert f"lists {load_catalogue().version}: no errors; " in said
