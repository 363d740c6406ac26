"""undo and audit, where no server runs."""

import json
from pathlib import Path

from tests.support.commands import Commands


def test_changes_are_listed_and_taken_back(tmp_path: Path) -> None:
    commands = Commands(tmp_path)
    commands.run("block", "a.example")
    commands.run("vendor", "xiaomi", "off")
    assert commands.run("undo").startswith("undo of 2: vendor xiaomi off  (change 3;")
    assert commands.run("undo", "1").startswith("undo of 1: block a.example")
    assert len(commands.settings) == 0
    assert "undo 4 to redo it" in commands.run("undo", "1", code=1)
    table = commands.run("audit")
    assert "undone by 3" in table
    told = json.loads(commands.run("audit", "--json", "--limit", "1"))["changes"]
    assert [(each["id"], each["undoes"]) for each in told] == [(4, 1)]
    assert told[0]["settings"][0]["before"] == {"action": "block"}


def test_nothing_to_undo(tmp_path: Path) -> None:
    assert "nothing was changed that could be undone" in Commands(tmp_path).run("undo", code=1)
