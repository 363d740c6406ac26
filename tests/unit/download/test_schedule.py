"""The times of the next try, without waiting for any."""

import pytest

from blocker.download.schedule import after_failure, after_success, is_due

DAY = 86_400.0


@pytest.mark.parametrize("chance, part", [(0.0, 0.9), (0.5, 1.0), (1.0, 1.1)])
def test_an_interval_give_or_take_a_tenth(chance: float, part: float) -> None:
    assert after_success(1000, DAY, chance) == pytest.approx(1000 + part * DAY)


def test_nothing_is_refreshed_without_pause() -> None:
    assert after_success(1000, 0, 0.5) == 1060


def test_failures_wait_twice_as_long_each_time_up_to_an_hour() -> None:
    waits = [after_failure(0, failures, DAY, 1.0) for failures in range(1, 12)]
    assert waits[:4] == [10, 20, 40, 80]
    assert waits[-1] == 3600
    assert after_failure(0, 10_000, DAY, 1.0) == 3600
    assert all(after_failure(0, n, DAY, 0.0) == wait / 2 for n, wait in enumerate(waits, 1))


def test_no_longer_than_the_interval() -> None:
    assert after_failure(0, 10, 60, 1.0) == 60
    assert after_failure(0, 1, DAY, 1.0, asked=1800) == 1800
    assert after_failure(0, 1, DAY, 1.0, asked=1e9) == DAY
    assert after_failure(0, 9, DAY, 1.0, asked=1) == 2560


def test_due() -> None:
    assert is_due(100, 100, DAY)
    assert is_due(100, 0, DAY)
    assert not is_due(100, 101, DAY)
    assert not is_due(100, 100 + 1.1 * DAY, DAY)


def test_a_clock_that_was_wrong_delays_nothing() -> None:
    assert is_due(1_000.0, 1_700_000_000.0, DAY)
