"""/metrics before a real Prometheus and its own checker, under names that mean harm."""

import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.blocker import BLOCKED, Blocker, blocker
from tests.support.packets import query
from tests.support.prometheus import program, prometheus
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.quiet

NAMES = 10_000


def ask_all(server: Blocker) -> None:
    """Blocked, forwarded, cached, local, malformed; over UDP."""
    for name in (BLOCKED, BLOCKED, "new.example", "new.example", "localhost"):
        server.ask(name)
    with server.client() as sock:
        sock.send(query("x.example")[:-3])
        sock.recv(512)


@dataclass(frozen=True)
class Served:
    """A server and whom it asks."""

    server: Blocker
    upstream: ScriptedUpstream


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One for all tests, that has counted something of everything."""
    folder = tmp_path_factory.mktemp("metrics")
    with ScriptedUpstream() as upstream, blocker(folder, upstreams=[upstream.url]) as server:
        server.wait_until_ready()
        ask_all(server)
        for last in ('action="malformed"', "blocker_devices{", "blocker_querylog_oldest"):
            server.wait_until(lambda last=last: last in text(server))
        yield Served(server, upstream)


def text(server: Blocker) -> str:
    return server.http("GET", "/metrics").body.decode()


def test_the_checker_of_prometheus_has_no_complaint(served: Served) -> None:
    run = subprocess.run(
        [program("promtool"), "check", "metrics"],
        input=text(served.server),
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_a_real_prometheus_scrapes_and_knows_every_metric(served: Served, tmp_path: Path) -> None:
    with prometheus(tmp_path, served.server.admin_port) as asked:
        for expression, least in (
            ('sum(blocker_queries_total{transport="udp"})', 6),
            ('blocker_queries_total{transport="udp",action="blocked"}', 2),
            ('blocker_queries_total{transport="udp",action="forwarded"}', 1),
            ('blocker_queries_total{transport="udp",action="cached"}', 1),
            ('blocker_queries_total{transport="udp",action="local"}', 1),
            ('blocker_queries_total{transport="udp",action="malformed"}', 1),
            ('blocker_blocked_total{vendor="xiaomi",purpose="analytics"}', 2),
            ("blocker_cache_hits_total", 1),
            ("blocker_cache_misses_total", 1),
            ("blocker_cache_evictions_total", 0),
            ("blocker_cache_entries", 1),
            ("blocker_cache_bytes", 1),
            (f'blocker_upstream_requests_total{{upstream="{served.upstream.url}"}}', 1),
            ("blocker_upstream_seconds_count", 1),
            ("histogram_quantile(0.99, blocker_upstream_seconds_bucket)", 0.0001),
            ("blocker_answer_seconds_count", 6),
            ("blocker_journal_dropped_total", 0),
            ("blocker_journal_rows_dropped_total", 0),
            ("blocker_ruleset_generation", 1),
            ('blocker_ruleset_rules{layer="curated"}', 100),
            ("blocker_build_info", 1),
            ("blocker_workers", 1),
            ("blocker_paused", 0),
        ):
            asked.wait_for(expression, least)


def test_ten_thousand_hostile_names_add_no_series(served: Served) -> None:
    server = served.server
    before = series(server)
    with server.client() as sock:
        for number in range(NAMES):
            label = f'"}}\n\\{number}\x1b<'.encode()
            sock.send(query(bytes((len(label),)) + label + b"\x06xiaomi\x03com\x00"))
            if number % 50 == 49:  # all of these are answered, so none is lost
                assert len({sock.recv(512) for _ in range(50)}) == 50
    server.wait_until(lambda: counted(server, "blocker_queries_total{") >= NAMES)
    after = series(server)
    assert {name for name in after if "hostile" in name or "\x1b" in name} == set()
    # What had not come before: an action, traffic of a vendor that no entry names, and a kind
    # of error should the upstream fall behind.
    assert {name.partition("{")[0] for name in after - before} <= {
        "blocker_queries_total",
        "blocker_unclassified_total",
        "blocker_vendor_queries_total",
        "blocker_upstream_errors_total",
    }
    assert len(after - before) <= 5
    begun = time.monotonic()
    size = len(text(server))
    assert time.monotonic() - begun < 0.5
    assert size < 200 * 1024


def counted(server: Blocker, start: str) -> float:
    lines = text(server).splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(start))


def series(server: Blocker) -> set[str]:
    lines = text(server).splitlines()
    return {line.rpartition(" ")[0] for line in lines if not line.startswith("#")}
