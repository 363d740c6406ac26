"""The whole program with encrypted upstreams: common, of a group, and of a zone."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from dnslib import DNSRecord

from tests.support.blocker import BLOCKED, Blocker, blocker
from tests.support.certificates import certificates
from tests.support.dohserver import NAME, DohServer
from tests.support.packets import query
from tests.support.source import ROOT
from tests.support.tlsfront import TlsFront
from tests.support.upstream import ScriptedUpstream

KID = "127.0.0.20"
ADDRESS = "192.0.2.80"


@pytest.fixture(autouse=True)
def trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates() / "ca.pem"))  # serve inherits it


def kid_asks(server: Blocker, name: str) -> str:
    with server.client_at(KID, seconds=5) as sock:
        sock.send(query(name))
        records = DNSRecord.parse(sock.recv(4096)).rr
    return str(records[0].rdata) if records else ""


def names(upstream: ScriptedUpstream) -> list[str]:
    return [one.name for one in upstream.log]


def test_common_group_and_zone_each_have_their_own(tmp_path: Path) -> None:
    with (
        ScriptedUpstream() as behind,
        TlsFront(behind.port) as common,
        ScriptedUpstream() as router,
        TlsFront(router.port) as lan,
        DohServer() as group,
    ):
        extra = (
            f"groups: [{{name: kids, clients: [{KID}], upstreams: [{json.dumps(group.given())}]}}]"
        )
        upstreams: list[str | Mapping[str, Any]]
        upstreams = [common.url(NAME), {"url": lan.url(NAME), "zones": ["lan"]}]
        with blocker(tmp_path, upstreams=upstreams, extra=extra) as server:
            assert server.address("nas.lan") == ADDRESS
            assert server.address("www.example") == ADDRESS
            assert kid_asks(server, "kids.example") == ADDRESS
            assert kid_asks(server, "tv.lan") == ADDRESS
    assert names(behind) == ["www.example"]
    assert set(names(router)) == {"nas.lan", "tv.lan"}
    assert [posted.name for posted in group.log] == ["kids.example"]


def test_nothing_leaves_before_a_question_needs_an_upstream(tmp_path: Path) -> None:
    with (
        ScriptedUpstream() as known,
        DohServer() as server_by_name,
        ScriptedUpstream() as behind,
        TlsFront(behind.port) as front,
    ):
        known.on(NAME, "address:127.0.0.1")
        extra = f"groups: [{{name: kids, clients: [{KID}], upstreams: ['{server_by_name.url}']}}]"
        upstreams = [known.url, front.url(NAME)]
        with blocker(tmp_path, upstreams=upstreams, extra=extra) as server:
            server.wait_until_ready()
            assert server.address(BLOCKED) == "0.0.0.0"
            assert kid_asks(server, BLOCKED) == "0.0.0.0"
            assert not known.log
            assert not front.versions
            assert not server_by_name.connections
            # Then the server's address is asked of those that have one.
            assert kid_asks(server, "kids.example") == ADDRESS
    assert {one.name.lower() for one in (*known.log, *behind.log)} == {NAME}
    assert [posted.name for posted in server_by_name.log] == ["kids.example"]


def test_a_server_that_proves_nothing_is_told_of_in_the_log(tmp_path: Path) -> None:
    with ScriptedUpstream() as behind, TlsFront(behind.port) as front:
        with blocker(tmp_path, upstreams=[front.url("wrong.example")]) as server:
            for name in ("a.example", "b.example", "c.example"):
                assert server.ask(name, seconds=6).header.rcode == 2
            log = server.log.read_text()
        assert "#wrong.example is down: tls: hostname mismatch" in log
        assert behind.log == []


@pytest.mark.quiet
@pytest.mark.parametrize("strategy", ["failover", "parallel"])
def test_a_strategy_is_what_the_workers_go_by(tmp_path: Path, strategy: str) -> None:
    with ScriptedUpstream() as one, ScriptedUpstream() as other:
        for number in range(20):
            one.on(f"n{number}.example", "delay:0.02")
        server = Blocker(tmp_path, [one.url, other.url], "", 1)
        written = server.config.read_text(encoding="utf-8")
        chosen = written.replace("dns: {", f"dns: {{strategy: {strategy}, ")
        server.config.write_text(chosen, encoding="utf-8")
        try:
            server.start()
            for number in range(20):
                assert server.address(f"n{number}.example") == ADDRESS
        finally:
            server.kill_all()
    if strategy == "failover":
        assert (len(one.log), len(other.log)) == (20, 0)
    else:
        assert len(other.log) > 10  # it is the quicker one


def test_explain_asks_over_https_too(tmp_path: Path) -> None:
    with DohServer() as server:
        server.on("metrics.example.com", f"alias:{BLOCKED}")
        config = tmp_path / "blocker.yaml"
        config.write_text(f"state: state\nupstreams: [{json.dumps(server.given())}]\n")
        run = subprocess.run(
            [sys.executable, "-m", "blocker", "explain", "metrics.example.com", "--resolve",
             "--json", "-c", str(config)],
            cwd=ROOT, capture_output=True, text=True, timeout=30,
        )  # fmt: skip
        assert json.loads(run.stdout)["action"] == "block", run.stderr
