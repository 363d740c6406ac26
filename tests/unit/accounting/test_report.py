"""Every sum of a report is made of the same accounts."""

from dataclasses import replace
from pathlib import Path

import pytest

from blocker.accounting.report import NO_MAKER, Maker, Report, report, summed
from blocker.core.row import Kind
from blocker.querylog.stats import Span
from tests.support.logrows import BLOCKED, CACHED, DAY, MONDAY, SHADOW, UNCLASSIFIED, Stored, row

WEEK = Span(MONDAY, MONDAY + 7 * DAY)
OPPO = Kind("blocked", "block", "curated", "lists/vendors/oppo.yaml", "x", 1, "oppo", "push")
MAKERS = {"xiaomi": Maker("Xiaomi", "CN", "a law", (("a source", "https://example.org/"),))}


@pytest.fixture
def log(tmp_path: Path) -> Stored:
    log = Stored(tmp_path)
    log.write(
        [
            row("a.example", BLOCKED, second=MONDAY + 10, count=5),
            row("b.example", BLOCKED, second=MONDAY + 20),
            row("c.xiaomi.com", UNCLASSIFIED, second=MONDAY + 30, count=2, client="192.0.2.9"),
            row("d.example", OPPO, second=MONDAY + 40, count=4),
            row("e.example", SHADOW, second=MONDAY + 50, count=3),
            row("f.example", CACHED, second=MONDAY + 60, count=1_000),  # nobody's
        ]
    )
    return log


def made(log: Stored, device: str = "") -> Report:
    with log.connect() as connection:
        return report(connection, WEEK, MAKERS, device)


def test_sums(log: Stored) -> None:
    told = made(log)
    assert [each.vendor for each in told.vendors] == ["xiaomi", "oppo", "subscription"]
    xiaomi = told.vendors[0]
    assert xiaomi.maker is MAKERS["xiaomi"]
    assert (xiaomi.total.attempts, xiaomi.total.blocked, xiaomi.total.allowed) == (8, 6, 2)
    assert [(purpose, some.attempts) for purpose, some in xiaomi.purposes] == [
        ("analytics", 6),
        ("unclassified", 2),
    ]
    assert [(device, some.attempts) for device, some in xiaomi.devices] == [
        ("ip:192.0.2.7", 6),
        ("ip:192.0.2.9", 2),
    ]
    assert (xiaomi.total.first, xiaomi.total.last) == (MONDAY + 10, MONDAY + 30)
    assert told.vendors[2].total.would_block == 3
    assert told.total == summed(told.accounts)
    assert told.total.attempts == sum(each.total.attempts for each in told.vendors) == 15
    assert [each.name for each in told.inbox] == ["c.xiaomi.com"]


def test_a_vendor_of_the_lists_is_a_maker_whatever_it_is_called(log: Stored) -> None:
    with log.connect() as connection:
        told = report(connection, WEEK, {"subscription": Maker("Subscription Ltd")})
    assert {each.vendor: each.maker for each in told.vendors} == {
        "xiaomi": Maker(), "oppo": Maker(), "subscription": Maker("Subscription Ltd"),
    }  # fmt: skip
    assert made(log).vendors[2].maker == NO_MAKER["subscription"]


def test_of_one_device(log: Stored) -> None:
    told = made(log, "ip:192.0.2.9")
    assert [(each.vendor, each.attempts) for each in told.accounts] == [("xiaomi", 2)]
    assert made(log, "192.0.2.9").accounts == told.accounts
    assert made(log, "nobody").total.attempts == 0


def test_a_sum_knows_when_only_if_all_of_it_do(log: Stored) -> None:
    some = made(log).accounts
    assert summed(some).first == min(each.first for each in some) > 0
    unknown = replace(some[0], first=0, last=0)
    assert (summed([unknown, *some]).first, summed([*some, unknown]).last) == (0, 0)


def test_nothing_is_an_empty_report(tmp_path: Path) -> None:
    told = made(Stored(tmp_path))
    assert (told.vendors, told.accounts, told.total.attempts) == ((), (), 0)
