"""Sums over a span: to the unit what was written, from the totals alone."""

from pathlib import Path

import pytest

from blocker.querylog import tables
from blocker.querylog.stats import Account, Ranked, Span, accounts, knows, series, top
from tests.support.logrows import BLOCKED, CACHED, DAY, MONDAY, SHADOW, Stored, row

WEEK = Span(MONDAY, MONDAY + 7 * DAY)


@pytest.fixture
def log(tmp_path: Path) -> Stored:
    log = Stored(tmp_path)
    log.write([row("old.example", BLOCKED, second=MONDAY - 60, count=1_000)])
    for day in range(3):
        at = MONDAY + day * DAY + 3_600
        log.write(
            [
                row("a.example", BLOCKED, second=at, count=4),
                row(f"b{day}.example", BLOCKED, second=at + 70),
                row("c.example", CACHED, second=at, client="192.0.2.8", count=50),
                row("", SHADOW, second=at, count=7),
            ]
        )
    with log.engine.begin() as connection:
        connection.execute(tables.queries.delete())  # totals outlive rows
    return log


def test_accounts(log: Stored) -> None:
    device, first, last = "ip:192.0.2.7", MONDAY + 3_600, MONDAY + 2 * DAY + 3_600
    expected = [
        Account(device, "subscription", "unspecified", 0, 0, 21, 0, first, last),
        Account(device, "xiaomi", "analytics", 15, 0, 0, 4, first, last + 70),
    ]
    with log.connect() as connection:
        assert accounts(connection, WEEK) == expected
        assert accounts(connection, WEEK, "ip:192.0.2.7") == expected
        assert accounts(connection, WEEK, "ip:192.0.2.8") == []
    assert expected[1].attempts == 15


def test_when_something_was_seen_is_a_moment_at_which_it_was(log: Stored) -> None:
    at = MONDAY + 3_600
    with log.connect() as connection:
        (_, xiaomi) = accounts(connection, Span(at + 30, at + 40))
        assert (xiaomi.first, xiaomi.last) == (at, at + 70)
    with log.engine.begin() as connection:
        connection.execute(tables.daily_names.delete())  # as of names beyond a day's bound
    with log.connect() as connection:
        assert [(each.first, each.last) for each in accounts(connection, WEEK)] == [(0, 0)] * 2


@pytest.mark.parametrize(
    "asked, now, counted",
    [
        ((900, 1_800), 90_000, (0, 3_600)),
        ((900, 3_600), 90_000, (0, 3_600)),
        ((900, 1_800), 1_800, (0, 1_800)),  # up to now
        ((900, 1_800), 2_000, (0, 2_000)),
        ((900, 9_000), 8_000, (0, 9_000)),
    ],
)
def test_the_span_that_is_counted(
    asked: tuple[int, int], now: int, counted: tuple[int, int]
) -> None:
    span = Span(*asked).counted(3_600, now)
    assert span == Span(*counted)
    assert span.whole(3_600) == Span(*asked).whole(3_600)


def test_whom_it_knows(log: Stored) -> None:
    with log.connect() as connection:
        for device, known in (("ip:192.0.2.7", True), ("192.0.2.8", True), ("192.0.2.9", False)):
            assert knows(connection, device) == known


def test_tops(log: Stored) -> None:
    with log.connect() as connection:
        assert top(connection, "names", WEEK, limit=2) == [
            Ranked("c.example", 0, 150, 0),
            Ranked("a.example", 12, 0, 0),
        ]
        assert top(connection, "clients", WEEK, outcome="blocked") == [
            Ranked("ip:192.0.2.7", 15, 0, 0)
        ]
        assert [each.what for each in top(connection, "vendors", WEEK)] == [
            "subscription",
            "xiaomi",
        ]
        assert top(connection, "purposes", WEEK, limit=1) == [Ranked("unspecified", 0, 0, 21)]
        assert top(connection, "names", Span(0, 1)) == []


def test_series(log: Stored) -> None:
    with log.connect() as connection:
        days = series(connection, WEEK, "day", vendor="xiaomi")
        assert days == [(MONDAY + day * DAY, "blocked", 5) for day in range(3)]
        hours = series(connection, Span(MONDAY + 3_700, MONDAY + 3_800), "hour")
        assert hours == [
            (MONDAY + 3_600, "allowed", 50),
            (MONDAY + 3_600, "blocked", 5),
            (MONDAY + 3_600, "would-block", 7),
        ]
