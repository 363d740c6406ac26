"""The commands that change a running server, as processes over its control socket."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.support.blocker import BLOCKED, Blocker, blocker
from tests.support.source import ROOT
from tests.support.upstream import ScriptedUpstream

OPEN, SINK = "192.0.2.80", "0.0.0.0"


def run(server: Blocker, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "blocker", *arguments, "-c", str(server.config)],
        cwd=server.config.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == code, done.stderr
    return done


def test_a_day_with_a_running_server(tmp_path: Path) -> None:
    with ScriptedUpstream() as upstream, blocker(tmp_path, upstreams=[upstream.url]) as server:
        server.wait_until_ready()
        done = run(server, "allow", BLOCKED, "--note", "the app needs it")
        assert (done.stdout, done.stderr) == (
            f"allow {BLOCKED} (the app needs it)  (change 1; take it back: blocker undo 1)\n",
            "",
        )
        assert server.address() == OPEN
        assert BLOCKED in run(server, "rules").stdout
        assert "did you mean xiaomi" in run(server, "vendor", "xiaomy", "off", code=1).stderr
        run(server, "vendor", "xiaomi", "shadow")
        run(server, "undo", "1")
        assert server.address() == OPEN  # in shadow
        run(server, "pause", "1h")
        assert "paused     until" in run(server, "status").stdout
        run(server, "resume")
        run(server, "undo", "2")
        assert server.address() == SINK
        who = {each["who"] for each in json.loads(run(server, "audit", "--json").stdout)["changes"]}
        assert len(who) == 1
        assert who.pop().startswith("cli:")


def test_what_is_changed_without_a_server_is_in_force_at_its_start(tmp_path: Path) -> None:
    with ScriptedUpstream() as upstream, blocker(tmp_path, upstreams=[upstream.url]) as server:
        server.stop()
        assert "no server runs" in run(server, "status", code=3).stderr
        assert "no server runs" in run(server, "allow", BLOCKED).stderr
        server.start()
        assert server.address() == OPEN


def test_the_configuration_written_back_passes_the_check(tmp_path: Path) -> None:
    with ScriptedUpstream() as upstream, blocker(tmp_path, upstreams=[upstream.url]) as server:
        server.configure("# mine\nrules:\n  block:\n    - a.example  # why\n    - b.example\n")
        run(server, "allow", "b.example", BLOCKED)
        run(server, "purpose", "advertising", "shadow")
        run(server, "block", "--for", "1h", "while.example")
        run(server, "block", "=c.example")
        text = run(server, "config").stdout
        written = tmp_path / "written.yaml"
        written.write_text(text)
        checked = subprocess.run(
            [sys.executable, "-m", "blocker", "check", "-c", str(written)],
            cwd=ROOT, capture_output=True, text=True, timeout=30,
        )  # fmt: skip
        assert checked.returncode == 0, checked.stdout + checked.stderr
        assert "# mine\n" in text
        assert "- a.example  # why\n" in text

        run(server, "config", "--write")
        assert server.config.read_text() == text
        told = json.loads(run(server, "status", "--json").stdout)
        assert told["changed"]["count"] == 1  # what is for a while stays where it is
        for name, address in (
            ("a.example", SINK), ("b.example", OPEN), ("c.example", SINK), ("x.c.example", OPEN),
            ("while.example", SINK), (BLOCKED, OPEN),
        ):  # fmt: skip
            assert server.address(name) == address, name
        server.kill_all()
        server.start()
        assert server.address() == OPEN
