"""The questions: a slip is said at once, and costs nothing of what was said before."""

from dataclasses import replace
from typing import Any

import typer
from typer.testing import CliRunner

from blocker.cli.questions import answers, default_answers
from blocker.setup.checks import Seen
from blocker.setup.machine import Router
from blocker.setup.written import Answers
from tests.unit.setup.test_checks import GOOD


def asked(seen: Seen, *said: str) -> tuple[Answers, str]:
    """What came of it, and what was on the terminal."""
    found: list[Any] = []
    app = typer.Typer()
    app.command()(lambda: found.append(answers(seen)))
    run = CliRunner().invoke(app, [], input="".join(f"{each}\n" for each in said))
    assert run.exit_code == 0, run.output
    return found[0], run.output


def test_nothing_said_is_the_defaults() -> None:
    assert asked(GOOD, "", "", "")[0] == Answers()


def test_each_is_asked_again_until_it_is_an_answer() -> None:
    said = ("lots", "Major", "all", "hashed", "9.9.9.9", "tls://9.9.9.9", "udp://127.0.0.1")
    got, told = asked(GOOD, *said, " udp://192.0.2.53 ")
    assert got == Answers("major", "hashed", ("udp://192.0.2.53",))
    assert "lots is none of these: none, minor, major" in told
    assert "all is none of these: full, truncated, hashed, none" in told
    assert "write udp://9.9.9.9" in told
    assert "tls://9.9.9.9 does not say who must answer" in told
    assert "udp://127.0.0.1 is this resolver itself" in told
    assert told.count("How much") == 2


def test_a_server_that_is_known_by_its_name() -> None:
    url = "https://dns.quad9.net/dns-query"
    assert asked(GOOD, "", "", url)[0].upstreams == (url,)


def test_the_router_is_offered_for_names_of_the_home() -> None:
    seen = replace(GOOD, router=Router("192.168.1.1", resolves=False))
    assert asked(seen, "", "", "", "")[0] == Answers() == default_answers(seen)
    got, told = asked(seen, "", "", "", "y")
    assert got == Answers(asks_router=True)
    assert "router (192.168.1.1)" in told
    resolving = replace(GOOD, router=Router("192.168.1.1", resolves=True))
    assert asked(resolving, "", "", "", "")[0] == got == default_answers(resolving)
    got, told = asked(resolving, "", "", "udp://192.168.1.1")  # which has them all
    assert got == Answers(upstreams=("udp://192.168.1.1",))
    assert "router (" not in told
