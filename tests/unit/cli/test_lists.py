"""The arguments of `blocker lists`, and its exit codes."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from blocker.cli import app
from tests.support.lists import XIAOMI, entry, write_lists


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_lists(tmp_path / "lists")
    write_lists(tmp_path / "more", xiaomi=XIAOMI + entry("a.mi.com"))
    (tmp_path / "blocker.yaml").write_text("lists: lists\n")
    return tmp_path


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    config = ["-c", str(folder / "blocker.yaml")]
    told = CliRunner().invoke(app, ["lists", *arguments, *config])
    return told.exit_code, told.output


def test_a_table_and_json(folder: Path) -> None:
    code, said = run(folder)
    assert (code, "xiaomi" in said) == (0, True)
    code, said = run(folder, "--json")
    assert (code, json.loads(said)["total"]["entries"]) == (0, 2)


def test_diff_exits_as_diff_does(folder: Path) -> None:
    same, more = str(folder / "lists"), str(folder / "more")
    assert run(folder, "diff", same, same)[0] == 0
    code, said = run(folder, "diff", same, more)
    assert (code, "newly blocked     a.mi.com" in said) == (1, True)
    code, said = run(folder, "diff", same, "nowhere")
    assert (code, "nowhere is neither a folder nor a revision" in said) == (2, True)


def test_diff_for_scripts_and_for_a_change_log(folder: Path) -> None:
    arguments = ("diff", str(folder / "lists"), str(folder / "more"))
    assert json.loads(run(folder, *arguments, "--json")[1])["name"] == "a.mi.com"
    assert "- newly blocked: `a.mi.com`" in run(folder, *arguments, "--markdown")[1]
