"""The exposition: the names users rely on, and nothing in it that a client chose."""

import re
import time
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as read_openmetrics,
)
from prometheus_client.parser import text_string_to_metric_families as read_text

from blocker.catalog.load import load_catalogue
from blocker.core.row import Kind, Row
from blocker.link import Histogram, UpstreamTally
from tests.support.backend import Admin, now, play
from tests.support.source import ROOT

pytestmark = pytest.mark.alone

PASSED = Kind("forwarded", "pass")

SECONDS = Histogram(bounds=[0.1, 1.0], counts=[1, 2, 3], sum=9.5)
COUNTED = {
    "queries": {"udp": {"blocked": 3, "cached": 1}},
    "accounts": {
        "xiaomi": {"analytics": {"blocked": 3}, "unclassified": {"allowed": 5}},
        "oppo": {"push": {"would-block": 1}},
    },
    "cache": {"hits": 1, "misses": 2, "evictions": 3, "bytes": 400, "entries": 5},
    "upstreams": {
        "udp://192.0.2.53": UpstreamTally(requests=7, errors={"timeout": 2}, seconds=SECONDS)
    },
    "answer_seconds": SECONDS,
    "journal_dropped": 4,
    "rows_dropped": 6,
}


def samples(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in read_text(text)
        for sample in family.samples
    }


def test_every_name_and_label_that_was_promised(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        admin.hear(**COUNTED)
        body, content_type = admin.backend.metrics.expose("")
        assert content_type.startswith("text/plain")
        found = samples(body.decode())
        upstream = ("upstream", "udp://192.0.2.53")
        for name, labels, value in (
            ("blocker_queries_total", (("action", "blocked"), ("transport", "udp")), 3),
            ("blocker_blocked_total", (("purpose", "analytics"), ("vendor", "xiaomi")), 3),
            (
                "blocker_vendor_queries_total",
                (("outcome", "would-block"), ("purpose", "push"), ("vendor", "oppo")),
                1,
            ),
            (
                "blocker_vendor_info",
                (("jurisdiction", "CN"), ("title", "Xiaomi"), ("vendor", "xiaomi")),
                1,
            ),
            ("blocker_shadow_total", (("purpose", "push"), ("vendor", "oppo")), 1),
            ("blocker_unclassified_total", (("vendor", "xiaomi"),), 5),
            ("blocker_catalogue_info", (("version", admin.generations.in_force.catalogue),), 1),
            ("blocker_cache_hits_total", (), 1),
            ("blocker_cache_misses_total", (), 2),
            ("blocker_cache_evictions_total", (), 3),
            ("blocker_cache_bytes", (), 400),
            ("blocker_cache_entries", (), 5),
            ("blocker_upstream_requests_total", (upstream,), 7),
            ("blocker_upstream_errors_total", (("kind", "timeout"), upstream), 2),
            ("blocker_upstream_seconds_bucket", (("le", "1.0"), upstream), 3),
            ("blocker_upstream_seconds_count", (upstream,), 6),
            ("blocker_upstream_seconds_sum", (upstream,), 9.5),
            ("blocker_answer_seconds_bucket", (("le", "0.1"),), 1),
            ("blocker_answer_seconds_bucket", (("le", "+Inf"),), 6),
            ("blocker_journal_dropped_total", (), 4),
            ("blocker_journal_rows_dropped_total", (), 6),
            ("blocker_ruleset_generation", (), 1),
            ("blocker_ruleset_rules", (("layer", "keep"),), 1),
            ("blocker_build_info", (("version", "0.1.0"),), 1),
            ("blocker_workers", (), 1),
            ("blocker_workers_configured", (), 1),
            ("blocker_paused", (), 0),
            ("blocker_reload_last_successful", (), 1),
        ):
            assert found[name, labels] == value, name

    play(tmp_path, scenario)


def test_every_metric_is_ours_and_has_help(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        admin.hear(**COUNTED)
        for family in admin.backend.metrics.collect():
            assert family.name.startswith("blocker_")
            assert family.documentation.endswith(".")

    play(tmp_path, scenario)


def test_the_documentation_tells_of_each(tmp_path: Path) -> None:
    text = (ROOT / "deploy" / "prometheus" / "README.md").read_text()
    rows = [row.split("|") for row in text.splitlines() if row.startswith("| `blocker_")]
    told = {
        name: {label.strip() for label in row[2].split(",") if label.strip()}
        for row in rows
        for name in re.findall(r"`(\w+)`", row[1])
    }

    async def scenario(admin: Admin) -> None:
        admin.hear(**COUNTED)
        admin.tell_rows(Row(int(now()), "192.0.2.7", "a.example", 1, 0, PASSED, 1))
        exposed = {
            family.name + "_total" * (family.type == "counter"): {
                label for sample in family.samples for label in sample.labels if label != "le"
            }
            for family in admin.backend.metrics.collect()
        }
        # An empty log has no oldest row.
        assert told.pop("blocker_querylog_oldest_timestamp_seconds") == set()
        assert exposed == told

    listed = tmp_path / "listed.txt"
    listed.write_text("a.example\n")
    extra = (
        f"admin: {{metrics: {{devices: on}}}}\nsubscriptions: [{{name: one, source: {listed}}}]\n"
    )
    play(tmp_path, scenario, extra=extra)


def test_a_scraper_that_prefers_openmetrics_gets_it(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        admin.hear(**COUNTED)
        accept = "application/openmetrics-text; version=1.0.0"
        response = await admin.client.get("/metrics", headers={"Accept": accept})
        assert response.headers["Content-Type"].startswith("application/openmetrics-text")
        text = await response.text()
        assert list(read_openmetrics(text))  # type: ignore[no-untyped-call]

    play(tmp_path, scenario)


def test_lists_tell_their_size_and_age(tmp_path: Path) -> None:
    listed = tmp_path / "listed.txt"
    listed.write_text("a.example\nb.example\n")

    async def scenario(admin: Admin) -> None:
        missing = tmp_path / "missing.txt"
        admin.configure(
            f"subscriptions: [{{name: one, source: {listed}}}, {{name: two, source: {missing}}}]"
        )
        listed.write_text("a.example\nb.example\n")
        missing.write_text("c.example\n")
        await admin.generations.reload()
        missing.unlink()
        found = samples(admin.backend.metrics.expose("")[0].decode())
        one, two = (("list", "one"),), (("list", "two"),)
        assert found["blocker_list_entries", one] == 2
        assert found["blocker_list_size_bytes", one] == 20
        assert 0 <= found["blocker_list_age_seconds", one] < 60
        assert found["blocker_list_failures", one] == 0
        assert found["blocker_list_failures", two] == 1
        assert found["blocker_list_held", one] == 0

    play(tmp_path, scenario)


def test_before_any_worker_has_told_anything(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        body, _ = admin.backend.metrics.expose("")
        found = samples(body.decode())
        assert found["blocker_workers", ()] == 0
        assert found["blocker_ruleset_generation", ()] == 0

    play(tmp_path, scenario, tell=False)


def test_a_scrape_is_bounded_whatever_is_asked_of_every_vendor(tmp_path: Path) -> None:
    rules = load_catalogue(None, tmp_path / "lists.d").rules
    vendors = {rule.vendor for rule in rules if rule.vendor}
    counts = dict.fromkeys(("blocked", "allowed", "would-block"), 123456789)
    purposes = {vendor: {"unclassified": counts} for vendor in vendors}
    for rule in rules:
        if rule.vendor:
            purposes[rule.vendor][rule.purpose] = counts

    async def scenario(admin: Admin) -> None:
        admin.hear(**COUNTED | {"accounts": purposes})
        for number in range(10_000):
            client = f"10.0.{number >> 8}.{number & 255}"
            for take in admin.backend.roster.readers:
                take([Row(int(now()), client, "a.example", 1, 0, PASSED, 1)])
        taken, body = [], b""
        for _ in range(50):  # the quickest counts: the machine may be shared
            begun = time.thread_time()
            body, _ = admin.backend.metrics.expose("")
            taken.append(time.thread_time() - begun)
        found = samples(body.decode())
        assert sum(
            value for (name, _), value in found.items() if name == "blocker_vendor_queries_total"
        ) == 123_456_789 * sum(3 * len(each) for each in purposes.values())
        assert found["blocker_devices", (("maker", "unknown"),)] == 10_000
        assert len(body) <= 200 * 1024
        assert min(taken) <= 0.020

    play(tmp_path, scenario)


def test_a_pause_shows(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        await admin.pause(60)
        body, _ = admin.backend.metrics.expose("")
        assert samples(body.decode())["blocker_paused", ()] == 1

    play(tmp_path, scenario)
