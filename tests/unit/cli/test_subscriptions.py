"""The commands, run as they are typed, without a server."""

import json
import subprocess
import sys
from pathlib import Path

from tests.support.downloading import lines
from tests.support.source import ROOT
from tests.support.webserver import WebServer, answer, status


def run(config: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "blocker", "subscriptions", *arguments, "-c", str(config)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
    )


def test_shown_refreshed_accepted(tmp_path: Path) -> None:
    config = tmp_path / "blocker.yaml"
    with WebServer(https=False) as web:
        web.on("/a", answer(lines(100)), answer(lines(9)))
        web.on("/b", status(404))
        config.write_text(
            f"state: {tmp_path}/state\nsubscriptions:\n"
            f"- {{name: a, source: '{web.url('/a')}'}}\n- {{name: b, source: '{web.url('/b')}'}}\n"
        )
        done = run(config, "refresh")
        assert done.returncode == 1
        assert done.stdout == "a: 100 lines are new\n"
        assert "b: the server answers 404 Not Found; there is no copy of it\n" in done.stderr
        assert done.stderr.endswith("what is new is in force when one is started\n")
        done = run(config)
        assert done.returncode == 0
        assert "current" in done.stdout
        assert "missing" in done.stdout
        assert done.stderr == "b: there is no copy of it, so it blocks nothing\n"
        done = run(config, "refresh", "a")
        assert done.returncode == 1
        assert "a: shrank from 100 lines to 9;" in done.stderr
        assert (tmp_path / "state/lists/a.list").read_bytes() == lines(100)
        done = run(config, "refresh", "--accept", "a")
        assert (done.returncode, done.stdout) == (0, "a: accepted although it shrank\n")
        assert (tmp_path / "state/lists/a.list").read_bytes() == lines(9)
        told = json.loads(run(config, "--json").stdout)["subscriptions"]
        assert [(each["name"], each["state"]) for each in told] == [
            ("a", "current"),
            ("b", "missing"),
        ]


def test_a_name_that_is_none(tmp_path: Path) -> None:
    config = tmp_path / "blocker.yaml"
    config.write_text(f"state: {tmp_path}/state\n")
    done = run(config, "refresh", "../../etc/passwd")
    assert done.returncode == 1
    assert done.stderr == (
        "no subscription is called ../../etc/passwd; the configuration has: none\n"
    )
    assert not (tmp_path / "state").exists()
