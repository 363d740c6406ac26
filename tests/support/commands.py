"""Commands run in this process, with a configuration and a state folder of their own."""

from pathlib import Path

from typer.testing import CliRunner

from blocker.cli import app
from blocker.store import Settings, read_settings
from tests.support.backend import plain
from tests.support.lists import write_lists


class Commands:
    """No server runs: what changes settings does so in the store."""

    def __init__(self, folder: Path, extra: str = "") -> None:
        write_lists(folder / "lists")
        self.folder = folder
        self.state = folder / "state"
        self.config = folder / "blocker.yaml"
        self.config.write_text(plain(folder) + extra)
        self.said = self.noted = ""

    def run(self, *arguments: str, code: int = 0) -> str:
        """What it prints; the error, if it ends with one."""
        result = CliRunner().invoke(app, [*arguments, "-c", str(self.config)])
        self.said, self.noted = result.stdout, result.stderr
        if code == 1:
            assert result.exception is not None
            assert not isinstance(result.exception, SystemExit), result.output
            return str(result.exception)
        assert result.exit_code == code, (result.output, result.exception)
        return self.said

    @property
    def settings(self) -> Settings:
        return read_settings(self.state)
