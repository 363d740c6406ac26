"""`make run` finds a port it may have, says which, and leaves the rest to `blocker serve`."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from blocker.config import load_config
from scripts import run
from tests.support.ports import free_port
from tests.support.source import ROOT

BLOCKED = "data.mistat.xiaomi.com"


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
def test_a_port_that_another_program_has_is_not_free(kind: socket.SocketKind) -> None:
    port = free_port()
    assert run.why_not(port) is None
    with socket.socket(socket.AF_INET, kind) as other:
        other.bind(("127.0.0.1", port))
        if kind == socket.SOCK_STREAM:
            other.listen()
        assert run.why_not(port) == "is in use by another program"


def test_the_spare_port_is_used_and_said_where_53_cannot_be_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        # Ours now, another's already, or nobody's for us: it cannot be had in any case.
        with contextlib.suppress(OSError):
            other.bind(("127.0.0.1", run.STANDARD_PORT))
        assert run.choose([]) == ["-c", "state/run.yaml"]
    assert capsys.readouterr().out.endswith(f"Using port {run.SPARE_PORT}.\n")
    config = load_config(tmp_path / "state" / "run.yaml")
    assert [endpoint.port for endpoint in config.dns.listen] == [run.SPARE_PORT] * 2
    assert config.state == tmp_path / "state"


def test_a_configuration_decides_for_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run.choose(["my.yaml"]) == ["-c", "my.yaml"]
    Path("blocker.yaml").write_text("{}\n")
    assert run.choose([]) == []


def test_it_starts_the_resolver_in_its_own_place(tmp_path: Path) -> None:
    """One process from make to supervisor, so that Ctrl-C reaches the resolver itself."""
    port = free_port()
    config = tmp_path / "blocker.yaml"
    config.write_text(
        json.dumps(
            {
                "dns": {"listen": [f"127.0.0.1:{port}"]},
                "upstreams": [f"udp://127.0.0.1:{free_port()}"],
                "admin": {"listen": f"127.0.0.1:{free_port()}"},
            }
        )
    )
    command = [sys.executable, str(ROOT / "scripts" / "run.py"), str(config)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 15
        while _ask(port) != "0.0.0.0":
            assert time.monotonic() < deadline
            assert server.poll() is None
            time.sleep(0.1)
        os.kill(server.pid, signal.SIGINT)
        assert server.wait(timeout=10) == 0
    finally:
        if server.poll() is None:
            server.kill()
            server.wait()


def _ask(port: int) -> str:
    command = ["dig", "+short", "+tries=1", "+timeout=1", "-p", str(port), "@127.0.0.1", BLOCKED]
    return subprocess.run(command, capture_output=True, text=True).stdout.strip()
