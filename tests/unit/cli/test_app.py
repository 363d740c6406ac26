"""Arguments in, text and exit codes out; the commands as processes are in tests/e2e."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from blocker import __version__
from blocker.cli import app, main
from blocker.cli.app import Format
from blocker.errors import StartError
from blocker.export import FORMATS
from blocker.tokens import TokenStore
from tests.support.lists import write_lists


@pytest.fixture
def config(tmp_path: Path) -> str:
    write_lists(tmp_path / "lists")
    file = tmp_path / "blocker.yaml"
    file.write_text("lists: lists\nadmin: {listen: '127.0.0.1:9000'}\n", encoding="utf-8")
    return str(file)


def test_version_and_help() -> None:
    assert CliRunner().invoke(app, ["--version"]).output == f"blocker {__version__}\n"
    assert "blocker serve -c lab.yaml" in CliRunner().invoke(app, ["serve", "--help"]).output


def test_explain_for_people(config: str) -> None:
    run = CliRunner().invoke(app, ["explain", "-c", config, "tracking.miui.com", "example.org"])
    assert run.exit_code == 0
    assert "blocked       analytics of xiaomi" in run.output
    assert "\n\nexample.org A\n" in run.output


def test_explain_for_scripts(config: str) -> None:
    arguments = ["--json", "--type", "HTTPS", "--client", "192.168.1.9", "-c", config]
    run = CliRunner().invoke(app, ["explain", *arguments, "tracking.miui.com", "example.org"])
    lines = [json.loads(line) for line in run.output.splitlines()]
    assert [(line["name"], line["action"]) for line in lines] == [
        ("tracking.miui.com", "block"),
        ("example.org", "pass"),
    ]
    assert (lines[0]["type"], lines[0]["client"]) == ("HTTPS", "192.168.1.9")


def test_explain_says_nothing_before_all_names_are_right(config: str) -> None:
    run = CliRunner().invoke(app, ["explain", "-c", config, "example.org", "a..b"])
    assert isinstance(run.exception, StartError)
    assert "has an empty label" in str(run.exception)
    assert run.stdout == ""


def test_check(config: str) -> None:
    run = CliRunner().invoke(app, ["check", "-c", config])
    assert run.exit_code == 0
    assert run.output.endswith("in force   1 rule of 1 vendor\n")


def test_token_create_prints_the_token_alone(config: str) -> None:
    arguments = ["token", "create", "--name", "grafana", "--scope", "read", "-c", config]
    run = CliRunner().invoke(app, arguments)
    found = TokenStore(Path(config).parent / "state").find(run.stdout.strip())
    assert found
    assert (found.name, found.scope) == ("grafana", "read")
    assert f"Bearer {run.stdout.strip()}" in run.stderr
    assert "http://127.0.0.1:9000/api/v1/status" in run.stderr


def test_a_scope_that_is_none() -> None:
    run = CliRunner().invoke(app, ["token", "create", "--name", "x", "--scope", "root"])
    assert run.exit_code == 2
    assert "'root'" in run.output


def test_main_prints_what_can_be_put_right(
    config: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(config).write_text("dns: {worker: 1}\nlisst: x\n", encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["blocker", "check", "-c", config])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert capsys.readouterr().err == (
        f"{config}:1: dns.worker: unknown key; did you mean workers?\n"
        f"{config}:2: lisst: unknown key; did you mean lists?\n"
    )


def test_export_prints_the_list_alone(config: str) -> None:
    arguments = ["export", "--format", "domains", "--purpose", "analytics", "-c", config]
    run = CliRunner().invoke(app, [*arguments, "--max-breakage", "none"])
    assert run.exit_code == 0
    assert run.stdout.endswith("\ntracking.miui.com\n")
    assert "blocker export --format domains --purpose analytics --max-breakage none" in run.stdout
    assert run.stderr == ""


def test_export_to_a_file(config: str, tmp_path: Path) -> None:
    file = tmp_path / "list"
    run = CliRunner().invoke(app, ["export", "--format", "hosts", "-o", str(file), "-c", config])
    assert (run.exit_code, run.stdout) == (0, "")
    assert run.stderr == f"{file}: entries: 1\n"
    assert "0.0.0.0 tracking.miui.com\n" in file.read_text()


def test_an_export_in_a_format_that_is_none() -> None:
    run = CliRunner().invoke(app, ["export", "--format", "pdf"])
    assert run.exit_code == 2
    assert "'pdf'" in run.output


def test_formats_of_the_command_line_are_those_there_are() -> None:
    assert [format_.value for format_ in Format] == [*FORMATS, "nftables"]
