"""What to type to call it again."""

import getpass
import sys
from pathlib import Path

import pytest

from blocker.cli.called import not_yours, program


def test_it_is_called_by_a_path_that_holds_everywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["/somewhere/blocker/__main__.py", "status"])
    assert program() == f"{sys.executable} -m blocker"
    monkeypatch.chdir(tmp_path)
    (tmp_path / "blocker").touch()
    monkeypatch.setattr(sys, "argv", ["./blocker", "status"])
    assert program() == f"{tmp_path}/blocker"


def test_whose_it_is(tmp_path: Path) -> None:
    said = str(not_yours(tmp_path))
    assert said.startswith(f"{tmp_path} is not yours to open; ")
    assert f"sudo -u {getpass.getuser()} {program()} ..." in said
    assert f"sudo -u {getpass.getuser()} " in str(not_yours(tmp_path / "closed"))
    assert "sudo -u root " in str(not_yours(tmp_path / "closed" / "further"))
