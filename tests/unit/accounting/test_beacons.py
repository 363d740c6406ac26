"""A steady period is seen through gaps and jitter, and chance is not taken for one."""

import random
from pathlib import Path

import pytest

from blocker.accounting.beacons import CALLS, Beacon, beacons, rhythm
from blocker.querylog.privacy import Noted
from blocker.querylog.stats import Span
from tests.support.logrows import BLOCKED, DAY, MONDAY, Stored, row


def steady(period: float, calls: int, jitter: float, seed: int) -> list[int]:
    chance = random.Random(seed)
    return sorted(
        int(MONDAY + number * period + chance.uniform(-jitter, jitter) * period)
        for number in range(calls)
    )


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("period", [60, 300, 3_600])
@pytest.mark.parametrize("jitter", [0.0, 0.05, 0.1])
def test_a_beacon_is_seen(period: int, jitter: float, seed: int) -> None:
    found = rhythm(steady(period, 24, jitter, seed))
    assert found is not None
    assert found.period == pytest.approx(period, rel=0.08)
    assert found.jitter <= 0.12 * period
    assert found.calls == 24


def test_through_gaps_and_with_several_types_at_once() -> None:
    calls = steady(300, 40, 0.03, 1)
    missed = [at for number, at in enumerate(calls) if number % 7 != 3]
    with_retries = sorted([*missed, *(at + 1 for at in missed), *(at + 3 for at in missed)])
    found = rhythm(with_retries)
    assert found is not None
    assert found.period == pytest.approx(300, rel=0.05)
    assert found.calls == len(missed)


@pytest.mark.parametrize("mean", [30, 300, 3_000])
def test_chance_is_no_beacon(mean: int) -> None:
    chance, seen = random.Random(mean), 0
    for _ in range(200):
        at, times = float(MONDAY), []
        for _ in range(40):
            at += chance.expovariate(1 / mean)
            times.append(int(at))
        seen += rhythm(times) is not None
    assert seen == 0


def test_an_evening_of_use_is_none() -> None:
    chance = random.Random(5)
    seen = 0
    for _ in range(200):
        sessions = sorted(MONDAY + chance.randrange(5 * 3_600) for _ in range(5))
        times = sorted(start + chance.randrange(600) for start in sessions for _ in range(8))
        seen += rhythm(times) is not None
    assert seen <= 2


def test_few_calls_have_no_rhythm() -> None:
    assert rhythm([]) is None
    assert rhythm(steady(60, CALLS - 1, 0, 1)) is None
    assert rhythm([MONDAY] * 50) is None


def test_they_are_read_from_the_log(tmp_path: Path) -> None:
    log, chance = Stored(tmp_path), random.Random(3)
    rows = [row("beat.example", BLOCKED, second=at) for at in steady(600, 60, 0.05, 2)]
    rows += [
        row("use.example", BLOCKED, second=MONDAY + chance.randrange(36_000)) for _ in range(60)
    ]
    log.write(sorted(rows, key=lambda each: each.second))
    with log.connect() as connection:
        (found,) = beacons(connection, Span(MONDAY - 6 * DAY, MONDAY + DAY))
        assert beacons(connection, Span(MONDAY + DAY, MONDAY + 2 * DAY)) == []
    assert (found.device, found.vendor, found.name) == ("ip:192.0.2.7", "xiaomi", "beat.example")
    assert found.purpose == "analytics"
    assert found.rhythm.period == pytest.approx(600, rel=0.05)


def by_device(folder: Path, asked: list[tuple[int, str]]) -> list[Beacon]:
    """Of one device that asked at these seconds from these addresses."""
    log = Stored(folder)
    noted = [
        Noted(row("beat.example", BLOCKED, second=at, client=address), "mac:00:00:5e:00:53:01")
        for at, address in asked
    ]
    with log.engine.begin() as connection:
        log.writer.write(connection, noted)
    with log.connect() as connection:
        return beacons(connection, Span(MONDAY, MONDAY + DAY))


@pytest.mark.parametrize("seed", range(5))
def test_a_device_is_one_over_its_addresses(tmp_path: Path, seed: int) -> None:
    chance, calls = random.Random(seed), steady(300, 40, 0.02, seed)
    old, new, six = "192.0.2.7", "192.0.2.8", "2001:db8::7"
    ways = {
        "in turn": [(at, (old, six)[number % 2]) for number, at in enumerate(calls)],
        "at random": [(at, chance.choice((old, six))) for at in calls],
        "both each time": [(at + later, (old, six)[later]) for at in calls for later in (0, 1)],
        "a new one after half": [
            (at, (old, new)[n >= CALLS - 1]) for n, at in enumerate(calls[:14])
        ],
    }
    for way, asked in ways.items():
        (tmp_path / way).mkdir()
        (found,) = by_device(tmp_path / way, asked)
        assert found.device == "mac:00:00:5e:00:53:01"
        assert found.rhythm.period == pytest.approx(300, rel=0.03), way
