"""A name that hides telemetry behind an alias: blocked on the wire, and explained."""

import json
import subprocess
import sys
from pathlib import Path

from tests.support.blocker import BLOCKED, Blocker, blocker
from tests.support.source import ROOT
from tests.support.upstream import ScriptedUpstream

CLOAK = "metrics.example.com"


def explain(server: Blocker, *options: str) -> dict[str, object]:
    command = [sys.executable, "-m", "blocker", "explain", CLOAK, "--json", *options]
    done = subprocess.run(
        [*command, "-c", str(server.config)], cwd=ROOT, capture_output=True, check=True, text=True
    )
    said: dict[str, object] = json.loads(done.stdout)
    return said


def test_an_alias_of_telemetry_is_sinkholed_and_explain_names_it(tmp_path: Path) -> None:
    with ScriptedUpstream() as upstream, blocker(tmp_path, upstreams=[upstream.url]) as server:
        upstream.on(CLOAK, f"alias:{BLOCKED}")
        assert server.address(CLOAK) == "0.0.0.0"
        assert server.address(CLOAK) == "0.0.0.0", "and again from the answers kept"
        assert len(upstream.asked(CLOAK)) == 1

        assert explain(server)["action"] == "pass", "nothing is asked unless told to"
        said = explain(server, "--resolve")
        assert (said["action"], said["alias"], said["vendor"]) == ("block", BLOCKED, "xiaomi")

        path = f"explain?name={CLOAK}&resolve=true"
        over_http = server.http("GET", path, token=server.token("read")).json
        assert (over_http["action"], over_http["alias"]) == ("block", BLOCKED)


def test_what_the_user_allows_is_not_looked_behind(tmp_path: Path) -> None:
    with (
        ScriptedUpstream() as upstream,
        blocker(tmp_path, upstreams=[upstream.url], extra=f"rules: {{allow: [{CLOAK}]}}") as server,
    ):
        upstream.on(CLOAK, f"alias:{BLOCKED}")
        answer = server.ask(CLOAK)
        assert [str(record.rdata).rstrip(".") for record in answer.rr] == [BLOCKED, "192.0.2.80"]
        assert explain(server, "--resolve")["action"] == "allow"
