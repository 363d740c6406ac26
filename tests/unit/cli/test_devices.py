"""devices: naming and grouping, where no server runs."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from blocker.cli.devices import _maker
from blocker.devices.guess import CONNECTIVITY, Evidence
from tests.support.commands import Commands
from tests.support.logrows import BLOCKED, row

GROUPS = "groups: [{name: kids, clients: [192.0.2.99]}]\n"


def test_name_and_group_are_kept_undone_and_written(tmp_path: Path) -> None:
    commands = Commands(tmp_path, GROUPS)
    said = commands.run("devices", "name", "192.0.2.7", "Anna's phone")
    assert "call ip:192.0.2.7 Anna's phone  (change 1;" in said
    commands.run("devices", "group", "02-00-5e-10-00-01", "kids")
    commands.run("config", "--write")
    assert "can say it: call ip:192.0.2.7 Anna's phone" in commands.noted
    assert "02:00:5e:10:00:01" in commands.config.read_text()
    assert [str(each) for each in commands.settings] == ["call ip:192.0.2.7 Anna's phone"]
    commands.run("devices", "name", "192.0.2.7")
    assert not len(commands.settings)
    commands.run("undo")
    assert len(commands.settings) == 1


def told(**more: Any) -> dict[str, Any]:
    return {"maker": "", "guess": "", "reasons": [], "randomised": False, **more}


def test_a_guess_says_why() -> None:
    evidence = Evidence()
    for name, purpose in (("a.mi.com", "analytics"), ("connect.rom.miui.com", CONNECTIVITY)):
        evidence.take(row(name, replace(BLOCKED, purpose=purpose)))
    guess = evidence.guess()
    guessed = told(guess=guess.vendor, reasons=list(guess.reasons))
    why = "xiaomi? It checks its connection at connect.rom.miui.com"
    assert _maker(guessed) == why
    assert _maker({**guessed, "randomised": True}) == f"{why} (made-up MAC)"
    assert _maker({**guessed, "maker": "Xiaomi Communications"}) == "Xiaomi Communications"
    assert _maker(told()) == ""


def test_faults(tmp_path: Path) -> None:
    commands = Commands(tmp_path, GROUPS)
    assert "phone is no device" in commands.run("devices", "name", "phone", "x", code=1)
    assert "did you mean kids" in commands.run("devices", "group", "192.0.2.7", "kid", code=1)
    assert "blocker serve" in commands.run("devices", code=1)
