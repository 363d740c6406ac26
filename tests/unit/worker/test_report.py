"""A worker's tally is what its parts have counted, and fits a message."""

import os
import random
from collections import Counter

from blocker.core.engine import Engine, View
from blocker.core.policy import PURPOSES, NoRules, Policy, Verdict
from blocker.core.reply import Reply
from blocker.link import LIMIT
from blocker.link import Tally as Told
from blocker.upstream.tally import BUCKETS, Tally
from blocker.worker.report import report
from tests.support.packets import query
from tests.support.rules import zone


def engine() -> Engine:
    return Engine(View(Policy(NoRules())))


def test_counts_of_the_engine() -> None:
    counting = engine()
    counting.on_query(query("localhost"), "127.0.0.1", 1.0)
    counting.on_query(query("new.example"), "127.0.0.1", 1.0)
    counting.on_stream_query(query("localhost"), "127.0.0.1", 1.0)
    counting.datagrams.append(
        ("127.0.0.1", Reply(b"", 0.0, "cached", Verdict("pass", zone("mi.com"))))
    )
    counting.datagrams.fold()
    counting.streams.fold()
    tally = report(3, 7, counting, [])
    assert (tally.worker, tally.generation, tally.pid) == (3, 7, os.getpid())
    assert tally.unclassified == {"xiaomi": 1}
    assert tally.queries == {"udp": {"local": 1, "cached": 1}, "tcp": {"local": 1}}
    assert tally.cache == {"hits": 1, "misses": 1, "evictions": 0, "bytes": 0, "entries": 0}


def test_an_upstream_asked_under_two_generations_has_one_sum() -> None:
    first, second = Tally(), Tally()
    first.requests, first.errors = 3, Counter({"timeout": 1})
    first.observe(0.002)
    second.requests, second.errors = 4, Counter({"timeout": 2, "rcode": 1})
    second.observe(9.0)
    asked = [
        ("udp://192.0.2.53", first),
        ("udp://192.0.2.53", second),
        ("tcp://192.0.2.54", Tally()),
    ]
    tally = report(0, 1, engine(), asked)
    both = tally.upstreams["udp://192.0.2.53"]
    assert both["requests"] == 7
    assert both["errors"] == {"timeout": 3, "rcode": 1}
    assert both["seconds"]["bounds"] == list(BUCKETS)
    assert both["seconds"]["counts"] == [0, 1, *[0] * 9, 1]
    assert both["seconds"]["sum"] == 9.002
    assert tally.upstreams["tcp://192.0.2.54"]["requests"] == 0
    assert first.requests == 3


def test_reporting_leaves_the_counters_alone() -> None:
    asked = Tally()
    asked.requests = 1
    reports = [report(0, 1, engine(), [("udp://192.0.2.53", asked)]).upstreams for _ in range(2)]
    assert reports[0] == reports[1]


def test_every_vendor_and_purpose_still_fits_a_message() -> None:
    """Two hundred vendors, each seen for every purpose with every outcome: more than there are."""
    counting = engine()
    chance = random.Random(1)
    for vendor in range(200):
        for purpose in (*PURPOSES, "unclassified", "unspecified"):
            for outcome in ("blocked", "allowed", "would-block"):
                count = int(10 ** chance.uniform(0, 9))
                counting.tally.accounts[f"vendor-{vendor:02}", purpose, outcome] = count
    told = report(0, 1, counting, [])
    assert len(told.encode()) < LIMIT
    assert Told.decode(told.encode()) == told
