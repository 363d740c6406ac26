"""Pages: whatever is asked, they are what a plain search of all rows finds, newest first."""

import itertools
import random
from pathlib import Path
from typing import Any

import pytest

from blocker.core.row import Kind, Row
from blocker.querylog import filters as filters_module
from blocker.querylog import tables
from blocker.querylog.filters import Filters
from blocker.querylog.pages import Query, page, span
from tests.support.logrows import (
    BLOCKED,
    CACHED,
    FORWARDED,
    MONDAY,
    SHADOW,
    UNCLASSIFIED,
    UPSTREAM,
    Stored,
    row,
)

KINDS = (BLOCKED, CACHED, CACHED, FORWARDED, SHADOW, UNCLASSIFIED, Kind("failed"))


@pytest.fixture(autouse=True)
def _short_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "CHUNK", 64)


def made(count: int) -> list[Row]:
    generator = random.Random(7)
    return [
        row(
            f"n{int(40 * generator.random() ** 2)}.example",
            generator.choice(KINDS),
            second=MONDAY + number * 10 + generator.choice((0, 0, 1)),
            client=f"192.0.2.{int(6 * generator.random() ** 2)}",
            qtype=generator.choice((1, 1, 28, 65)),
            rcode=generator.choice((0, 0, 0, 3)),
            upstream=generator.choice(("", UPSTREAM)),
        )
        for number in range(count)
    ]


def matches(each: Row, filters: Filters) -> bool:
    vendor, purpose, outcome = each.kind.account or ("", "", each.kind.outcome)
    wanted = {
        "client": each.client, "device": f"ip:{each.client}", "name": each.name,
        "qtype": each.qtype, "action": each.kind.action, "verdict": each.kind.verdict,
        "outcome": outcome, "vendor": vendor, "purpose": purpose, "list": each.kind.list,
        "rule": each.kind.text, "layer": each.kind.layer, "rcode": each.rcode,
        "upstream": each.upstream,
    }  # fmt: skip
    since, until = filters.since or 0, filters.until or 1 << 40
    return since <= each.second < until and all(
        getattr(filters, field) in ("", None, value) for field, value in wanted.items()
    )


def whole(log: Stored, filters: Filters, limit: int) -> list[Query]:
    found: list[Query] = []
    before = None
    with log.connect() as connection:
        while True:
            got = page(connection, filters, limit, before, budget=60)
            assert got.complete
            assert len(got.queries) <= limit
            found += got.queries
            if got.before is None:
                return found
            before = got.before


SINGLE: dict[str, Any] = {
    "client": "192.0.2.5", "device": "ip:192.0.2.1", "name": "n39.example", "qtype": 65,
    "action": "failed", "verdict": "shadow", "outcome": "blocked", "vendor": "xiaomi",
    "purpose": "unclassified", "list": "trackers", "rule": "xiaomi.com", "layer": "zone",
    "rcode": 3, "upstream": UPSTREAM, "since": MONDAY + 9_000, "until": MONDAY + 700,
}  # fmt: skip
PAIRS: list[dict[str, Any]] = [dict(pair) for pair in itertools.combinations(SINGLE.items(), 2)]


@pytest.mark.parametrize("many", [1_000, 3])
def test_pages_are_what_a_plain_search_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    monkeypatch.setattr(filters_module, "MANY", many)
    log, rows = Stored(tmp_path), made(1_000)
    for at in range(0, len(rows), 150):
        log.write(rows[at : at + 150])
    for given in ({}, *({key: value} for key, value in SINGLE.items()), *PAIRS):
        asked = Filters(**given)
        expected = [each for each in rows[::-1] if matches(each, asked)]
        found = whole(log, asked, limit=40)
        assert [(each.second, each.name, each.client) for each in found] == [
            (each.second, each.name, each.client) for each in expected
        ], given


@pytest.mark.parametrize("count", [62, 63, 64, 100, 126, 127, 128])
def test_a_log_of_one_or_two_stretches_tells_each_row_once(tmp_path: Path, count: int) -> None:
    log = Stored(tmp_path)
    log.write([row(f"n{number}.example", second=MONDAY + number) for number in range(count)])
    for filters, limit in ((Filters(), 10), (Filters(outcome="allowed"), 1_000)):
        found = whole(log, filters, limit)
        assert [each.name for each in found] == [f"n{n}.example" for n in range(count)][::-1]


def test_a_row_in_words(tmp_path: Path) -> None:
    log = Stored(tmp_path)
    log.write([row("a.example", BLOCKED, qtype=28, count=3, upstream=UPSTREAM, micros=9)])
    with log.connect() as connection:
        (query,) = page(connection, Filters()).queries
    assert query == Query(
        id=1, second=MONDAY, client="192.0.2.7", device="ip:192.0.2.7", name="a.example", qtype=28,
        rcode=0, action="blocked", verdict="block", outcome="blocked", layer="curated",
        list="lists/vendors/xiaomi.yaml", rule="data.mistat.xiaomi.com", line=12, vendor="xiaomi",
        purpose="analytics", breakage="none", upstream=UPSTREAM, micros=9, count=3,
    )  # fmt: skip


def test_whose_a_row_is_told_as_it_is_filtered_and_counted(tmp_path: Path) -> None:
    log = Stored(tmp_path)
    own = Kind("blocked", "block", "user", "blocker.yaml", "ads.example", 4)
    for number, kind in enumerate((UNCLASSIFIED, own, SHADOW, CACHED)):
        log.write([row(f"n{number}.example", kind)])
        vendor, purpose, outcome = kind.account or ("", "", kind.outcome)
        (query,) = whole(log, Filters(name=f"n{number}.example"), limit=5)
        assert (query.vendor, query.purpose, query.outcome) == (vendor, purpose, outcome)
        assert query in whole(log, Filters(vendor=vendor, purpose=purpose), limit=5)


def test_a_part_of_a_name_that_many_have(tmp_path: Path) -> None:
    log = Stored(tmp_path)
    log.write([row(f"n{number}.example", second=MONDAY + number) for number in range(700)])
    assert len(whole(log, Filters(name="*example*"), limit=300)) == 700


def test_when_the_time_is_up_the_cursor_goes_on(tmp_path: Path) -> None:
    log = Stored(tmp_path)
    log.write(made(600))
    asked, before = Filters(action="failed"), None
    expected = [each.id for each in whole(log, asked, limit=1_000)]
    found: list[int] = []
    with log.connect() as connection:
        for _ in range(100):
            got = page(connection, asked, 1_000, before, budget=0.0005)
            found += [each.id for each in got.queries]
            if (before := got.before) is None:
                break
    assert found == expected


def test_a_span_of_time_is_a_span_of_ids(tmp_path: Path) -> None:
    log, rows = Stored(tmp_path), made(500)
    log.write(rows)
    with log.connect() as connection:
        for since, until in ((0, 1 << 40), (MONDAY + 1_000, MONDAY + 2_000), (0, 5), (1 << 40, 0)):
            first, end = span(connection, since, until)
            inside = [n for n, each in enumerate(rows, 1) if since <= each.second < until]
            assert all(first <= number < end for number in inside)
            assert end - first <= len(inside) + 2 * tables.CHUNK
