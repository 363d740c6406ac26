"""Schemathesis against a real server: what openapi.json says is what the API does."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.blocker import blocker
from tests.support.source import ROOT
from tests.support.upstream import ScriptedUpstream

SETTINGS = ROOT / "tests/e2e/schemathesis.toml"
BOUND = 90  # seconds; a quarter of it is used
EXAMPLES = 10


@pytest.mark.timeout(BOUND * 2)
def test_schemathesis_finds_nothing(tmp_path: Path) -> None:
    """Data that fits is taken and data that does not is refused, both as described."""
    with ScriptedUpstream() as upstream, blocker(tmp_path, upstreams=[upstream.url]) as server:
        server.wait_until_ready()
        run = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(SETTINGS)),
                *("run", f"http://127.0.0.1:{server.admin_port}/api/v1/openapi.json"),
                *("--header", f"Authorization: Bearer {server.token('admin')}"),
                *("--phases", "examples,coverage,fuzzing", "--max-examples", str(EXAMPLES)),
                *("--seed", "1", "--no-color", "--continue-on-failure"),
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=BOUND * 1.5,
        )
        assert run.returncode == 0, run.stdout[-8000:] + run.stderr[-2000:]
        assert "ERROR" not in server.log.read_text()
        assert server.address() == "0.0.0.0"
