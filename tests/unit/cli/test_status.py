"""status: in words, and where no server runs."""

from pathlib import Path
from typing import Any

from blocker.cli.status import NOT_RUNNING, _lines
from tests.support.commands import Commands

TOLD: dict[str, Any] = {
    "version": "1.0",
    "ready": True,
    "generation": 7,
    "listening": ["0.0.0.0:53", "[::]:53"],
    "encrypted": {"tls": ["0.0.0.0:853"], "https": ["0.0.0.0:443", "[::]:443"]},
    "paused_until": None,
    "rules": {"user": 2, "curated": 1500},
    "catalogue": "2026-11-23-abc",
    "queries": {"cached": 5, "blocked": 1234},
    "upstreams": [
        {"url": "tls://192.0.2.53#its.name", "requests": 1200, "errors": {"timeout": 0}},
        {"url": "udp://192.0.2.1", "requests": 3, "errors": {"timeout": 1000, "refused": 1}},
    ],
    "workers": [{"worker": 0, "error": ""}, {"worker": 1, "error": "no room"}],
    "query_log": {"bytes": 3 << 20, "dropped": {}, "error": "", "damaged": []},
    "reload_error": "",
    "locked_out": [],
    "changed": {"count": 1, "settings": ["vendor xiaomi off (phone, 2026-11-23 20:00)"]},
}


def test_in_words() -> None:
    assert list(_lines(TOLD)) == [
        ("blocker", "1.0, ready, generation 7"),
        ("listening", "0.0.0.0:53, [::]:53"),
        ("", "0.0.0.0:853 (DNS over TLS)"),
        ("", "0.0.0.0:443, [::]:443 (DNS over HTTPS)"),
        ("rules", "user 2, curated 1,500; lists 2026-11-23-abc"),
        ("queries", "blocked 1,234, cached 5"),
        ("upstream", "tls://192.0.2.53#its.name: asked 1,200; no errors"),
        ("upstream", "udp://192.0.2.1: asked 3; errors: refused 1, timeout 1,000"),
        ("query log", "3.0 MiB"),
        ("worker 1", "no room"),
        ("changed", "1 beside the configuration"),
        ("", "vendor xiaomi off (phone, 2026-11-23 20:00)"),
    ]


def test_what_is_not_well_is_said() -> None:
    troubled = {
        **TOLD,
        "ready": False,
        "locked_out": [{"address": "192.0.2.7", "until": "2026-11-23T21:00:00Z"}],
        "paused_until": "2026-11-23T21:00:00Z",
        "reload_error": "blocker.yaml:3: x",
        "queries": {},
        "query_log": {"bytes": 0, "dropped": {"disk full": 1_200}, "error": "disk full: no room"},
        "changed": {"count": 0, "settings": []},
    }
    said = dict(_lines(troubled))
    assert said["locked out"].startswith("192.0.2.7: wrong tokens; until ")
    assert "not every worker" in said["blocker"]
    assert "blocker resume ends it" in said["paused"]
    assert said["reload"] == "nothing has changed: blocker.yaml:3: x"
    assert said["queries"] == "none yet"
    assert said["query log"] == "0.0 MiB, 1,200 rows lost, not written now: disk full: no room"
    assert dict(_lines({**TOLD, "query_log": None}))["query log"] == "off"
    assert said["changed"] == "nothing since"


def test_a_damaged_log_is_said_and_where_it_is() -> None:
    file = "/state/querylog.db.damaged-20261123T200000.000001"
    log = TOLD["query_log"] | {"damaged": [{"file": file, "since": "2026-11-23T20:00:00Z"}]}
    said = list(_lines({**TOLD, "query_log": log}))
    (label, text) = said[said.index(("query log", "3.0 MiB")) + 1]
    assert label == ""
    assert text.startswith("begun anew 2026-11-2")
    assert text.endswith(file)


def test_no_server(tmp_path: Path) -> None:
    commands = Commands(tmp_path)
    commands.run("status", code=NOT_RUNNING)
    assert "no server runs" in commands.noted
    commands.run("block", "a.example")
    commands.run("status", code=NOT_RUNNING)
    assert "1 beside the configuration\n           block a.example" in commands.noted
