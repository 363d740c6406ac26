"""The configuration with what was changed; and written back, where no server runs."""

from pathlib import Path

import pytest

from blocker.cli import writeback
from blocker.config import load_config
from blocker.errors import StartError
from tests.support.commands import Commands

CONFIGURED = """\
# mine
rules:
  block:
    - ads.example  # the worst
    - b.example
"""


@pytest.fixture
def commands(tmp_path: Path) -> Commands:
    made = Commands(tmp_path, CONFIGURED)
    made.run("allow", "b.example")
    made.run("block", "=c.example")
    made.run("vendor", "xiaomi", "off")
    made.run("block", "--client", "192.0.2.7", "d.example")
    made.run("pause", "10m")
    return made


def test_it_says_what_was_changed_and_keeps_comments(commands: Commands) -> None:
    before = commands.config.read_text()
    text = commands.run("config")
    assert commands.config.read_text() == before
    assert "# mine\nrules:\n  block:\n    - ads.example  # the worst\n" in text
    assert "b.example\n" not in text.split("block:")[1].split("allow:")[0]
    for stays in ("block d.example for 192.0.2.7", "pause until"):
        assert f"no configuration can say it: {stays}" in commands.noted
    new = commands.folder / "new.yaml"
    new.write_text(text)
    config = load_config(new)
    assert config.rules.allow == ("b.example",)
    assert config.rules.block == ("ads.example", "=c.example")
    assert config.blocking.vendors["xiaomi"].state == "off"


def test_written_it_is_said_once(commands: Commands) -> None:
    before = commands.config.read_text()
    text = commands.run("config")
    assert "what it said before is in blocker.yaml." in commands.run("config", "--write")
    assert commands.config.read_text() == text
    (copy,) = commands.folder.glob("blocker.yaml.*")
    assert copy.read_text() == before
    assert {each.key.subject for each in commands.settings} == {"d.example", ""}
    assert "says all of it already" in commands.run("config", "--write")
    assert "written to" in commands.run("audit")


def test_without_a_file_there_is_nothing_to_write_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("blocker.config.load.SEARCHED", ())
    with pytest.raises(StartError, match=r"blocker config > blocker\.yaml"):
        writeback.config(write=True)


def test_what_would_not_say_the_same_is_not_written(
    commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = commands.config.read_text()
    monkeypatch.setattr("blocker.yamltext.rewritten", lambda text, document, value: text)
    assert "nothing is written" in commands.run("config", "--write", code=1)
    assert commands.config.read_text() == before
    assert len(commands.settings) == 5
    assert [path.name for path in commands.folder.glob("*blocker.yaml*")] == ["blocker.yaml"]
