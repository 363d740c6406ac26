"""From a configuration file to what workers run with."""

import json
from dataclasses import asdict
from pathlib import Path

from blocker.config.generation import generation_of
from blocker.link import CacheLimits, Generation, UserRecord
from blocker.view import lifetimes_of, networks_of, sinkhole_of, zones_of
from tests.support.configs import load

WRITTEN = """
dns: {allow_from: [203.0.113.0/24, "2001:db8::/32"], strategy: parallel}
cache: {size: 8MiB, min_ttl: 5s, max_ttl: 1h, serve_stale: 2h}
blocking: {answer: nodata, ttl: 1m, vendors: {xiaomi: off}, purposes: {push: on}}
subscriptions:
  - {name: tried, source: tried.txt, state: shadow}
  - {name: firm, source: firm.txt}
rules: {block: [all.example], allow: [=ok.example]}
groups:
  - name: kids
    clients: [192.0.2.0/24]
    rules: {block: [games.example]}
    subscriptions: {firm: off}
    upstreams: [udp://192.0.2.9]
records: {nas.lan: 192.0.2.5}
upstreams:
  - udp://192.0.2.53
  - {url: udp://192.0.2.1, zones: [lan, 2.0.192.in-addr.arpa]}
"""


def made_of(text: str, folder: Path) -> Generation:
    for name in ("tried.txt", "firm.txt"):
        (folder / name).write_text("", encoding="utf-8")
    return generation_of(load(folder, text), folder / "rules")


def test_all_that_is_written_gets_there(tmp_path: Path) -> None:
    made = made_of(WRITTEN, tmp_path)
    assert (made.number, made.ruleset, made.paused_until) == (0, str(tmp_path / "rules"), None)
    assert made.cache == CacheLimits(size=8 << 20, min_ttl=5, max_ttl=3600, serve_stale=7200)
    assert made.allow_from == ["203.0.113.0/24", "2001:db8::/32"]
    assert made.strategy == "parallel"
    everybody, kids = made.groups
    assert (everybody["name"], kids["name"], kids["clients"]) == (
        *("default", "kids"),
        ["192.0.2.0/24"],
    )
    assert everybody["blocking"]["lists"] == {"tried": "shadow"}
    assert kids["blocking"]["lists"] == {"tried": "shadow", "firm": "off"}
    assert (everybody["upstreams"], kids["upstreams"]) == ([], [{"url": "udp://192.0.2.9"}])
    assert [(rule["action"], rule["text"], rule.get("group")) for rule in made.rules] == [
        ("allow", "=ok.example", None),
        ("block", "all.example", None),
        ("block", "games.example", "kids"),
    ]
    file = str(tmp_path / "blocker.yaml")
    line = WRITTEN.splitlines().index("records: {nas.lan: 192.0.2.5}") + 1
    own = [each for each in made.records if each["name"] == "nas.lan"]
    assert own == [
        UserRecord(name="nas.lan", type=1, ttl=60, rdata="c0000205", list=file, line=line)
    ]
    assert made.upstreams == [
        {"url": "udp://192.0.2.53"},
        {"url": "udp://192.0.2.1", "zones": ["lan", "2.0.192.in-addr.arpa"]},
    ]


def test_it_says_to_workers_what_was_meant(tmp_path: Path) -> None:
    made = made_of("blocking: {answer: refused, ttl: 9s}\n", tmp_path)
    sinkhole = sinkhole_of(made.groups[0]["blocking"])
    assert (sinkhole.mode, sinkhole.ttl) == ("refused", 9)
    assert (networks_of(made), zones_of(made)) == ([], [])
    assert lifetimes_of(made).stale == made.cache["serve_stale"]


def test_it_is_plain_values_that_a_file_can_hold(tmp_path: Path) -> None:
    for text in ("", WRITTEN):
        made = asdict(made_of(text, tmp_path))
        assert json.loads(json.dumps(made)) == made
