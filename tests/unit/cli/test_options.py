"""Options that several commands share say the same everywhere."""

import pytest
from typer.testing import CliRunner

from blocker.cli import app
from blocker.cli.options import known_client
from blocker.errors import StartError


def test_they_are_the_same_everywhere() -> None:
    for command in ("allow", "block", "vendor", "purpose", "pause", "resume"):
        told = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200"}).output
        assert "-c, --config FILE" in told
        assert "For the clients of this group alone." in told


@pytest.mark.parametrize("written", [None, "192.0.2.7", "2001:db8::7", "id:anna-phone"])
def test_what_can_be_a_client_is_taken_as_it_is(written: str | None) -> None:
    assert known_client(written) == written


@pytest.mark.parametrize("command", ["explain a.example", "allow a.example", "rescue", "shadow"])
def test_a_client_that_is_none_is_refused_in_words(command: str) -> None:
    for written, said in (
        ("tv", "tv is not an address; write the client's, like 192.168.1.20, or id: "),
        ("192.0.2.0/24", "192.0.2.0/24 is not an address; "),
        ("id:a b", "id:a b is not the id of a client; write id: and letters"),
    ):
        run = CliRunner().invoke(app, [*command.split(), "--client", written])
        assert isinstance(run.exception, StartError)
        assert str(run.exception).startswith(said)
