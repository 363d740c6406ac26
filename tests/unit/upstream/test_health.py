"""Health against a clock that stands in the test."""

import pytest

from blocker.upstream.health import LONGEST_WAIT, SHORTEST_WAIT, Health


def test_an_unknown_upstream_gets_the_longest_wait_and_looks_fast() -> None:
    health = Health()
    assert health.timeout == LONGEST_WAIT
    assert health.cost == 0


def test_the_wait_follows_the_round_trip_time_between_its_bounds() -> None:
    health = Health()
    for _ in range(50):
        health.heard(0.002)
    assert health.timeout == SHORTEST_WAIT
    for _ in range(50):
        health.heard(0.2)
    assert 0.4 <= health.timeout < LONGEST_WAIT
    for _ in range(50):
        health.heard(3.0)
    assert health.timeout == LONGEST_WAIT


def test_smoothing_is_that_of_rfc_6298() -> None:
    health = Health()
    health.heard(0.1)
    assert (health.srtt, health.variation) == (0.1, 0.05)
    health.heard(0.2)
    assert health.srtt == pytest.approx(0.1 + 0.1 / 8)
    assert health.variation == pytest.approx(0.05 + 0.05 / 4)


def test_three_failures_in_a_row_take_it_down() -> None:
    health = Health()
    health.failed(10.0)
    health.failed(10.0)
    assert not health.is_down
    health.heard(0.01)
    health.failed(11.0)
    health.failed(11.0)
    assert not health.is_down
    health.failed(11.0)
    assert health.is_down


def test_it_is_probed_after_1_2_4_up_to_60_seconds() -> None:
    health = Health()
    now = 100.0
    for _ in range(3):
        health.failed(now)
    waits = []
    for _ in range(8):
        waits.append(health.probe_at - now)
        now = health.probe_at
        health.probed(now)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]


def test_failures_that_come_together_lengthen_the_back_off_once() -> None:
    health = Health()
    for _ in range(100):
        health.failed(5.0)
    assert health.probe_at == 6.0


def test_one_answer_makes_it_well_and_the_next_trouble_starts_small() -> None:
    health = Health()
    for moment in (0.0, 0.0, 0.0, 1.0, 3.0):
        health.failed(moment)
    assert health.probe_at == 7.0
    health.heard(0.01)
    assert not health.is_down
    for _ in range(3):
        health.failed(50.0)
    assert health.probe_at == 51.0


def test_failures_cost() -> None:
    health = Health()
    health.heard(0.01)
    before = health.cost
    health.failed(1.0)
    assert health.cost == before + LONGEST_WAIT
