"""Changing settings where no server runs; with one in tests/e2e/test_changes.py."""

import getpass
from pathlib import Path

from blocker.cli.change import own_name
from tests.support.commands import Commands


def test_it_is_kept_and_said_to_be_for_later(tmp_path: Path) -> None:
    commands = Commands(tmp_path)
    assert commands.run("block", "a.example") == (
        "block a.example  (change 1; take it back: blocker undo 1)\n"
    )
    assert "no server runs: it is in force when one is started" in commands.noted
    (setting,) = commands.settings
    assert (setting.who, setting.value) == (own_name(), {"action": "block"})
    assert own_name() == f"cli:{getpass.getuser()}"
    assert commands.run("block", "a.example") == "it was so already: block a.example\n"


def test_it_is_checked_as_the_server_checks(tmp_path: Path) -> None:
    commands = Commands(tmp_path)
    for arguments, why in (
        (("block", "a..b"), "'a..b' has an empty label; write a domain name"),
        (("block", "--for", "3x", "a"), "3x is not a duration; write one like 30s, 5m"),
        (("block", "--group", "kids", "a"), "there is no group kids; write one of: default"),
        (("vendor", "xiaomy", "off"), "there is no vendor xiaomy; did you mean xiaomi?"),
        (("block", "--client", "phone", "a"), "phone is not an address"),
    ):
        assert why in commands.run(*arguments, code=1)
    assert len(commands.settings) == 0


def test_a_configuration_with_faults_is_told_first(tmp_path: Path) -> None:
    commands = Commands(tmp_path, "unknown: 1\n")
    assert "unknown key" in commands.run("pause", "5m", code=1)
