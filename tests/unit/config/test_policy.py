"""A configuration as rules and switches."""

from pathlib import Path

from blocker.config import Config, overlay, switches
from blocker.core.policy import Switch
from tests.support.configs import load


def test_rules_know_their_file_and_line(tmp_path: Path) -> None:
    config = load(
        tmp_path, "rules:\n  block:\n    - example.net\n    - a.example\n  allow: [=b.c]\n"
    )
    file = str(tmp_path / "blocker.yaml")
    assert [(rule.action, rule.text, rule.list, rule.line) for rule in overlay(config)] == [
        ("allow", "=b.c", file, 5),
        ("block", "example.net", file, 3),
        ("block", "a.example", file, 4),
    ]


def test_switches(tmp_path: Path) -> None:
    written = "blocking: {vendors: {oppo: off, vivo: {purposes: [push], max_breakage: none}}}"
    assert switches(load(tmp_path, written)) == {
        "oppo": Switch("off"),
        "vivo": Switch("on", frozenset({"push"}), "none"),
    }


def test_the_defaults_have_neither() -> None:
    assert (overlay(Config()), switches(Config())) == ([], {})
