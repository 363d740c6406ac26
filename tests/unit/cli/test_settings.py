"""settings export, without a server; and import, which takes one."""

import json
from pathlib import Path

from typer.testing import CliRunner

from blocker.asked.settings import Import
from blocker.cli import app
from blocker.yamlfile import read, validate
from tests.support.commands import Commands


def test_the_export_is_what_import_takes(tmp_path: Path) -> None:
    commands = Commands(tmp_path)
    commands.run("block", "ads.example", "--note", 'it said: "buy: now"')
    commands.run("vendor", "xiaomi", "off")
    commands.run("allow", "--for", "2h", "game.example")
    said = commands.run("settings", "export")
    assert said.startswith("# Changed beside the configuration; ")
    file = tmp_path / "changed.yaml"
    file.write_text(said)
    wish = validate(read(file), Import)
    told = json.loads(commands.run("settings", "export", "--json"))
    assert wish == Import.model_validate(told)
    assert {each.kind for each in wish.settings} == {"rule", "vendor", "temporary"}


def test_what_it_is_for_is_said() -> None:
    told = CliRunner().invoke(app, ["settings", "--help"]).output
    assert "to a file and back: before" in told
    assert "\n  blocker settings import changed.yaml\n" in told


def test_an_import_takes_a_server_and_a_right_file(tmp_path: Path) -> None:
    commands = Commands(tmp_path)
    file = tmp_path / "changed.yaml"
    file.write_text("settings:\n  - {kind: vendor, name: xiaomi, state: of}\n")
    said = commands.run("settings", "import", str(file), code=1)
    assert said.startswith(f"{file}:2: settings[xiaomi]")
    assert "state: of is not known here" in said
    file.write_text("settings: []\n")
    assert "no server runs" in commands.run("settings", "import", str(file), code=1)
