"""How much oftener a name is asked once it is blocked, and when nothing can be said of that."""

from dataclasses import replace
from pathlib import Path

import pytest

from blocker.accounting.amplification import MINIMUM, Asked, Questions, amplified, questions
from blocker.core.row import Kind
from blocker.querylog.privacy import Noted
from blocker.querylog.stats import Span
from tests.support.logrows import BLOCKED, DAY, MONDAY, Stored, row

HOUR = 3_600
LET_THROUGH = Kind("forwarded", "allow", "user", "blocker.yaml", "x", 1, "xiaomi", "analytics")


NOTHING = Asked(0, 0, 0)


def asked(*days: tuple[int, int]) -> Asked:
    """Of (count, minutes) of each day."""
    count, minutes = (sum(part) for part in zip(*days, strict=True))
    return Asked(count, len(days), minutes * 60)


def seen(allowed: Asked, blocked: Asked) -> list[Questions]:
    return [Questions("tv", "xiaomi", "a.example", allowed, blocked)]


@pytest.mark.parametrize(
    "before, after, factor",
    [
        ([(13, 60)], [(601, 60)], 50.0),  # every five minutes, then ten a minute
        ([(61, 60)], [(61, 60)], 1.0),
        ([(61, 60)], [(31, 60)], 0.5),
        ([(7, 30), (7, 30)], [(121, 60)], 10.0),  # over several days
    ],
)
def test_rates(before: list[tuple[int, int]], after: list[tuple[int, int]], factor: float) -> None:
    (found,) = amplified(seen(asked(*before), asked(*after)))
    assert found.factor == pytest.approx(factor)


@pytest.mark.parametrize(
    "allowed, blocked",
    [
        (NOTHING, asked((10_000, 60))),  # was always blocked
        (asked((10_000, 60)), NOTHING),
        (asked((MINIMUM - 1, 60)), asked((10_000, 60))),
        (asked((50, 0)), asked((50, 9))),
    ],
)
def test_without_a_before_there_is_no_figure(allowed: Asked, blocked: Asked) -> None:
    assert amplified(seen(allowed, blocked)) == []


def test_it_is_read_from_the_log(tmp_path: Path) -> None:
    log = Stored(tmp_path)
    calm = [row("a.example", LET_THROUGH, second=MONDAY + 300 * n) for n in range(13)]
    storm = [row("a.example", BLOCKED, second=MONDAY + HOUR + 60 + 6 * n) for n in range(601)]
    other = [row("b.example", BLOCKED, second=MONDAY + n, client="192.0.2.9") for n in range(99)]
    log.write(sorted([*calm, *storm, *other], key=lambda each: each.second))
    with log.connect() as connection:
        (found,) = amplified(questions(connection, Span(MONDAY, MONDAY + DAY)))
    assert (found.device, found.vendor, found.name) == ("ip:192.0.2.7", "xiaomi", "a.example")
    assert found.before == pytest.approx(0.2)
    assert found.after == pytest.approx(10.0)
    with log.connect() as connection:
        assert questions(connection, Span(MONDAY + DAY, MONDAY + 2 * DAY)) == []


def test_a_device_asks_as_often_over_one_address_or_two(tmp_path: Path) -> None:
    addresses = ("192.0.2.7", "2001:db8::7")
    unlike = replace(BLOCKED, purpose="telemetry")
    calm = [
        row("a.example", LET_THROUGH, second=MONDAY + 300 * n, client=addresses[n % 2])
        for n in range(14)
    ]
    storm = [
        row(
            "a.example", (BLOCKED, unlike)[n % 3 % 2], second=MONDAY + 2 * HOUR + 6 * n,
            client=addresses[n % 2],
        )
        for n in range(600)
    ]  # fmt: skip
    rates = []
    for many in (1, 2):
        log = Stored(tmp_path / str(many))
        rows = [
            replace(each, client=addresses[addresses.index(each.client) % many])
            for each in (*calm, *storm)
        ]
        with log.engine.begin() as connection:
            noted = [Noted(each, "mac:00:00:5e:00:53:01") for each in rows]
            log.writer.write(connection, noted)
        with log.connect() as connection:
            (found,) = amplified(questions(connection, Span(MONDAY, MONDAY + DAY)))
        rates.append([found.before, found.after])
    assert rates[0] == rates[1]
    assert rates[0] == pytest.approx([0.2, 10.0])
