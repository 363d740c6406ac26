"""vendor, purpose, subscription and their tables, where no server runs."""

import json
from pathlib import Path

from tests.support.commands import Commands


def test_a_vendor(tmp_path: Path) -> None:
    commands = Commands(tmp_path)
    assert "vendor xiaomi shadow  (change 1;" in commands.run("vendor", "xiaomi", "shadow")
    row = next(line for line in commands.run("vendors").splitlines() if "xiaomi" in line)
    assert row.split() == ["xiaomi", "shadow", "all", "change", "1", "2"]
    told = json.loads(commands.run("vendors", "--json"))["vendors"]
    assert told[0]["origin"] == "changed"


def test_a_purpose(tmp_path: Path) -> None:
    commands = Commands(tmp_path)
    commands.run("purpose", "analytics", "off", "--group", "default")
    rows = [line.split() for line in commands.run("purposes").splitlines() if line.strip()]
    assert ["analytics", "off", "all", "change", "1", "1"] in rows
    assert ["updates", "off", "all", "default", "0"] in rows


def test_a_subscription(tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("first.example\n")
    commands = Commands(tmp_path, "subscriptions: [{name: a, source: names.txt, match: exact}]\n")
    assert "subscription a off" in commands.run("subscription", "a", "off")
    assert "there is no subscription b" in commands.run("subscription", "b", "off", code=1)


def test_a_state_that_is_none(tmp_path: Path) -> None:
    commands = Commands(tmp_path)
    commands.run("vendor", "xiaomi", "maybe", code=2)
    assert "'on', 'off', 'shadow'" in commands.noted
