"""`blocker lists overlay`: what is one's own, and what an upgrade did beneath it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from blocker.cli import app
from tests.support.lists import XIAOMI, entry, write_lists, write_own

OWN = (
    "vendor: xiaomi\nentries:\n"
    + entry("tracking.miui.com", "location", breakage="minor", breaks="x")
    + entry("own.mi.com")
    + "remove: [{name: account.xiaomi.com, reason: I use none}]\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_lists(tmp_path / "lists")
    write_own(tmp_path / "state" / "lists.d", {"vendors/xiaomi.yaml": OWN})
    (tmp_path / "blocker.yaml").write_text("lists: lists\n")
    return tmp_path


def run(folder: Path, *arguments: str) -> str:
    config = ["-c", str(folder / "blocker.yaml")]
    told = CliRunner().invoke(app, ["lists", "overlay", *arguments, *config])
    assert told.exit_code == 0, told.output
    return told.output


def test_what_each_edit_does(folder: Path) -> None:
    assert run(folder) == (
        f"{folder}/state/lists.d/vendors/xiaomi.yaml\n"
        "     3  replaces entry tracking.miui.com over lists/vendors/xiaomi.yaml:8\n"
        "    10  adds     entry own.mi.com\n"
        "    15  removes  entry account.xiaomi.com over lists/vendors/xiaomi.yaml:13"
        "  (I use none)\n"
    )


def test_what_an_upgrade_did_until_it_is_reviewed(folder: Path) -> None:
    run(folder)
    text = XIAOMI.replace("measured", "documented")
    (folder / "lists" / "vendors" / "xiaomi.yaml").write_text(text)
    assert "\n        what is shipped has changed since: lists/vendors/xiaomi.yaml:8\n" in run(
        folder
    )
    changed = [json.loads(line) for line in run(folder, "--json").splitlines()]
    assert [(each["name"], bool(each["changed"])) for each in changed] == [
        ("tracking.miui.com", True),
        ("own.mi.com", False),
        ("account.xiaomi.com", False),
    ]
    assert "has changed" not in run(folder, "--reviewed")
    assert "has changed" not in run(folder)


def test_nothing_of_ones_own(folder: Path) -> None:
    (folder / "state" / "lists.d" / "vendors" / "xiaomi.yaml").unlink()
    assert run(folder) == (
        f"{folder}/state/lists.d: nothing of your own; blocker lists edit VENDOR makes some\n"
    )
    assert run(folder, "--json") == ""
