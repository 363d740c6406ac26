"""Options that several commands share say the same everywhere."""

from typer.testing import CliRunner

from blocker.cli import app


def test_they_are_the_same_everywhere() -> None:
    for command in ("allow", "block", "vendor", "purpose", "pause", "resume"):
        told = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200"}).output
        assert "-c, --config FILE" in told
        assert "For the clients of this group alone." in told
