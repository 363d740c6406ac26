"""A device that stopped working is found out and rescued, over the wire and by the command line."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.support.blocker import BLOCKED, Blocker
from tests.support.devices import LISTED, OTHER, PHONE, TV, ask, at_a_terminal, command, serving
from tests.support.packets import AAAA, A, query
from tests.support.source import ROOT

# Other clients of the server that several tests share: what one asked is not another's.
LODGER, TABLET, CONSOLE, LAPTOP = (f"127.0.0.{number}" for number in (30, 31, 32, 33))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Blocker]:
    with serving(tmp_path_factory.mktemp("rescue")) as running:
        yield running


@cache
def token(server: Blocker) -> str:
    return server.token("read")


def rescue(server: Blocker, client: str) -> Any:
    return server.http("GET", f"rescue?client={client}", token=token(server)).json


def counts(told: Any) -> dict[str, int]:
    return {
        name["name"]: name["count"] for suspect in told["suspects"] for name in suspect["names"]
    }


def test_what_is_shown_is_what_was_sent(tmp_path: Path) -> None:
    with serving(tmp_path, workers=2) as server:
        sent: dict[str, Counter[str]] = {PHONE: Counter(), TV: Counter()}
        for number in range(60):
            name = (BLOCKED, OTHER, LISTED)[number % 3]
            qtype = AAAA if number % 4 == 0 else A
            ask(server, PHONE, name, qtype)
            sent[PHONE][name] += 1
            if number % 5 == 0:
                ask(server, TV, BLOCKED)
                sent[TV][BLOCKED] += 1
            ask(server, PHONE, "www.lab.example")
        for client, its in sent.items():
            server.wait_until(lambda c=client, its=its: rescue(server, c)["blocked"] == its.total())
            told = rescue(server, client)
            assert counts(told) == its
            assert told["client"] == client
        told = rescue(server, PHONE)
        by_name = {each["rule"]["text"]: each for each in told["suspects"]}
        assert by_name[f"={LISTED}"]["rule"] == {"text": f"={LISTED}", "line": 1, "list": "mine"}
        assert by_name[BLOCKED]["evidence"]
        assert by_name[BLOCKED]["vendor"] == "xiaomi"
        assert {each["name"]: each["count"] for each in told["vendors"]} == {"xiaomi": 40, "": 20}


def test_rescued_is_this_client_alone_and_lapsed_is_lapsed(server: Blocker) -> None:
    for client in (PHONE, TV):
        assert ask(server, client, BLOCKED) == "0.0.0.0"
    server.wait_until(lambda: rescue(server, PHONE)["blocked"] == 1)
    done = command(server, "rescue", "--client", PHONE, "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"allow ={BLOCKED} for {PHONE} for 30m (rescue)" in done.stdout
    assert ask(server, PHONE, BLOCKED) == "192.0.2.80"
    assert ask(server, TV, BLOCKED) == "0.0.0.0"
    again = command(server, "rescue", "--client", PHONE)
    assert f"={BLOCKED} is allowed for {PHONE} until" in again.stdout
    assert f"blocker rescue --client {PHONE} --keep" in again.stdout
    assert command(server, "rescue", "--client", PHONE, "--lapse").returncode == 0
    assert ask(server, PHONE, BLOCKED) == "0.0.0.0"


def test_what_was_kept_outlives_the_server(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        ask(server, PHONE, BLOCKED)
        server.wait_until(lambda: rescue(server, PHONE)["blocked"] == 1)
        assert command(server, "rescue", "--client", PHONE, "--yes").returncode == 0
        kept = command(server, "rescue", "--client", PHONE, "--keep")
        assert f"keep ={BLOCKED} for {PHONE}" in kept.stdout
        none = command(server, "rescue", "--client", PHONE, "--keep")
        assert (none.returncode, none.stdout) == (1, "")
        server.stop()
        server.start()
        assert ask(server, PHONE, BLOCKED) == "192.0.2.80"
        assert ask(server, TV, BLOCKED) == "0.0.0.0"


def test_a_person_is_asked_which_and_whether_it_helped(server: Blocker) -> None:
    for name in (BLOCKED, OTHER, LISTED):
        ask(server, LODGER, name)
    server.wait_until(lambda: rescue(server, LODGER)["blocked"] == 3)
    said = at_a_terminal(
        server,
        ("rescue", "--client", LODGER),
        ("allow which for 30m?", "9"),
        ("allow which for 30m?", "2"),
        ("did it help?", "keep"),
    )
    assert "there is no 9" in said
    allowed = [name for name in (BLOCKED, OTHER, LISTED) if ask(server, LODGER, name) != "0.0.0.0"]
    assert len(allowed) == 1
    assert f"keep ={allowed[0]} for {LODGER}" in said


def test_admin_killed_loses_what_it_held_and_names_go_on(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        ask(server, PHONE, BLOCKED)
        server.wait_until(lambda: rescue(server, PHONE)["blocked"] == 1)
        admin = server.children()["admin"]
        os.kill(admin, signal.SIGKILL)
        for _ in range(20):  # also while nobody takes the rows
            assert ask(server, PHONE, BLOCKED) == "0.0.0.0"
        server.successor("admin", admin)
        server.wait_until_ready()
        server.wait_until(lambda: rescue(server, PHONE)["blocked"] == 20)
        told = rescue(server, PHONE)
        assert counts(told) == {BLOCKED: 20}
        assert not told["complete"], "it says that it has not seen the whole time"


def test_a_flood_of_one_client_hides_nothing_of_another(server: Blocker) -> None:
    with server.client_at(CONSOLE) as sock:
        for number in range(3_000):
            sock.send(query(f"n{number}.{BLOCKED}"))
            sock.recv(512)
            if number % 100 == 0:
                ask(server, TABLET, BLOCKED)
    server.wait_until(lambda: rescue(server, CONSOLE)["blocked"] == 3_000)
    server.wait_until(lambda: counts(rescue(server, TABLET)) == {BLOCKED: 30})
    (suspect,) = [each for each in rescue(server, CONSOLE)["suspects"] if each["allow"]]
    assert suspect["allow"] == [BLOCKED]


def test_without_a_server_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "blocker.yaml").write_text(f"state: {tmp_path}/state\n", encoding="utf-8")
    for what in (("rescue", "--client", PHONE), ("shadow",)):
        run = subprocess.run(
            [sys.executable, "-m", "blocker", *what],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert run.returncode == 1
        assert "no server runs" in run.stderr


def test_the_json_is_the_apis(server: Blocker) -> None:
    ask(server, LAPTOP, BLOCKED)
    server.wait_until(lambda: rescue(server, LAPTOP)["blocked"] == 1)
    told = json.loads(command(server, "rescue", "--client", LAPTOP, "--json").stdout)
    assert told["proposal"] == [f"={BLOCKED}"]
    assert told["pending"] == []
    told = json.loads(command(server, "rescue", "--client", LAPTOP, "--json", "--yes").stdout)
    assert [each["name"] for each in told["pending"]] == [f"={BLOCKED}"]
