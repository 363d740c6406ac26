"""allow, block, rules and rules remove, where no server runs."""

import json
from pathlib import Path

from tests.support.commands import Commands

CONFIGURED = "rules: {block: [ads.example], allow: [fine.example]}\n"


def test_a_table_of_both_origins(tmp_path: Path) -> None:
    commands = Commands(tmp_path, CONFIGURED)
    commands.run("allow", "--for", "30m", "--client", "192.0.2.7", "--note", "[b]", "x.example")
    table = commands.run("rules")
    assert "no server runs" in commands.noted
    assert "192.0.2.7" in table
    assert "[b]" in table
    assert f"{commands.config}:4" in table


def test_for_scripts(tmp_path: Path) -> None:
    commands = Commands(tmp_path, CONFIGURED)
    commands.run("block", "--group", "default", "=one.example", "two.example")
    told = json.loads(commands.run("rules", "--json"))["rules"]
    assert [(rule["name"], rule["group"], rule["until"]) for rule in told] == [
        ("ads.example", None, None),
        ("fine.example", None, None),
        ("=one.example", "default", None),
        ("two.example", "default", None),
    ]


def test_rules_are_removed_by_id_and_name(tmp_path: Path) -> None:
    commands = Commands(tmp_path, CONFIGURED)
    commands.run("block", "one.example")
    first = json.loads(commands.run("rules", "--json"))["rules"][0]["id"]
    assert "remove block ads.example" in commands.run("rules", "remove", first, "one.example")
    told = json.loads(commands.run("rules", "--json"))["rules"]
    assert [rule["name"] for rule in told] == ["fine.example"]
    assert "no rule in force is" in commands.run("rules", "remove", "one.example", code=1)


def test_help_teaches_by_examples(tmp_path: Path) -> None:
    commands = Commands(tmp_path)
    for command in ("allow", "block", "rules"):
        assert f"blocker {command} " in commands.run(command, "--help")
