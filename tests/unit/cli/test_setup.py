"""`blocker setup`: nothing is changed without a yes, and a file that is there never."""

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from blocker.cli import app
from blocker.cli.setup import _check, _existing, _must_be_writable
from blocker.config.load import load_config
from blocker.errors import Problems, StartError


def run(*arguments: str) -> tuple[int, str]:
    told = CliRunner().invoke(app, ["setup", *arguments])
    assert told.exit_code in (0, 1), told.output
    return told.exit_code, told.stdout


def test_looking_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "blocker.yaml"
    code, said = run("--json", "-c", str(file))
    document = json.loads(said)
    assert document["ready"] == (code == 0)
    assert {each["check"] for each in document["checks"]} >= {"port", "address", "clock", "around"}
    assert "none yet" in run("-c", str(file))[1]
    assert not list(tmp_path.iterdir())


def test_with_a_yes_it_writes_a_configuration_once(tmp_path: Path) -> None:
    file = tmp_path / "etc" / "blocker.yaml"
    assert f"{file} written; to undo: rm {file}" in run("--yes", "-c", str(file))[1]
    assert load_config(file).blocking.max_breakage == "minor"
    file.write_text("blocking: {vendors: {public-dns: on}}\n")
    assert "public-dns is on" in run("--yes", "-c", str(file))[1]
    assert file.read_text() == "blocking: {vendors: {public-dns: on}}\n"


def test_where_no_file_can_be_it_is_said_before_anything_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    for target, said in (
        (tmp_path, f"{tmp_path} is a folder; name the file in it: -c {tmp_path}/blocker.yaml"),
        (tmp_path / "file" / "blocker.yaml", f"cannot be written: {tmp_path}/file is no folder"),
    ):
        told = CliRunner().invoke(app, ["setup", "--yes", "-c", str(target)])
        assert isinstance(told.exception, StartError)
        assert said in str(told.exception)
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(StartError, match=f"{tmp_path} is not yours to write to; sudo "):
        _must_be_writable(tmp_path / "etc" / "blocker.yaml")

    def closed(_: Path) -> bool:
        raise PermissionError

    monkeypatch.setattr(Path, "is_dir", closed)
    with pytest.raises(StartError, match="its folder is not yours to look into; sudo "):
        _existing(tmp_path / "blocker.yaml")


def test_faults_are_those_of_the_file_that_was_meant(tmp_path: Path) -> None:
    with pytest.raises(Problems, match=f"^{tmp_path}/mine.yaml:2: bad: unknown key"):
        _check(tmp_path / "mine.yaml", "user: nobody\nbad: 1\n")
