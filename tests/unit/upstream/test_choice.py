"""Whom to ask, by health alone: nothing is sent here."""

from collections import Counter

import pytest

from blocker.upstream.base import Setbacks, Upstream
from blocker.upstream.choice import EXPLORE, FAILOVER, PARALLEL, TRIES, Choice
from blocker.upstream.url import upstream_from_url
from tests.support.asking import clock


def upstreams(*seconds: float) -> list[Upstream]:
    made = [upstream_from_url(f"udp://192.0.2.{one}", clock) for one in range(len(seconds))]
    for upstream, wait in zip(made, seconds, strict=True):
        if wait:
            upstream.health.heard(wait)
    return made


def take_down(upstream: Upstream, now: float) -> None:
    for _ in range(3):
        upstream.health.failed(now)


def test_there_must_be_someone() -> None:
    with pytest.raises(ValueError, match="nobody to ask"):
        Choice([], 0.0)


def test_the_quickest_is_preferred() -> None:
    slow, quick = upstreams(0.05, 0.01)
    assert Choice([slow, quick], 0.0).preferred is quick


def test_one_that_was_never_asked_is_asked() -> None:
    known, unknown = upstreams(0.01, 0)
    assert Choice([known, unknown], 0.0).preferred is unknown


def test_exploring_takes_the_healthy_others_in_turn() -> None:
    first, second, third, down = upstreams(0.01, 0.02, 0.03, 0.04)
    take_down(down, 0.0)
    choice = Choice([first, second, third, down], 0.0)
    assert Counter(choice.explore() for _ in range(10)) == {second: 5, third: 5}
    assert choice.turns == EXPLORE


def test_alone_there_is_nobody_to_explore() -> None:
    (only,) = upstreams(0.01)
    assert Choice([only], 0.0).explore() is only


def test_one_that_is_down_is_not_preferred_but_probed_when_due() -> None:
    quick, slow = upstreams(0.01, 0.5)
    take_down(quick, 100.0)
    choice = Choice([quick, slow], 100.0)
    assert choice.preferred is slow
    assert choice.probe is None
    choice.refresh(101.0)
    assert choice.take_probe(101.0) is quick
    assert choice.take_probe(101.0) is None
    choice.refresh(102.9)
    assert choice.probe is None
    choice.refresh(103.0)
    assert choice.probe is quick


def test_in_order_the_first_that_is_well_is_preferred_however_slow() -> None:
    first, second, third = upstreams(0.5, 0.01, 0.02)
    choice = Choice([first, second, third], 0.0, FAILOVER)
    assert choice.preferred is first
    assert choice.explore() is first
    take_down(first, 10.0)
    choice.refresh(10.0)
    assert choice.preferred is second
    take_down(second, 10.0)
    choice.refresh(10.0)
    assert choice.preferred is third
    second.health.heard(0.9)
    choice.refresh(10.5)
    assert choice.preferred is second
    first.health.heard(0.9)
    choice.refresh(10.5)
    assert choice.preferred is first


def test_in_order_the_next_is_asked_after_a_failure() -> None:
    first, second, third = upstreams(0.5, 0.02, 0.01)
    setbacks = Setbacks(None, 0.0)
    setbacks.tries[first] = 1
    choice = Choice([first, second, third], 0.0, FAILOVER)
    assert choice.after(setbacks) is second


def test_a_rival_is_one_that_was_not_asked_and_is_not_down() -> None:
    first, slow, quick, down = upstreams(0.01, 0.3, 0.02, 0.01)
    take_down(down, 0.0)
    setbacks = Setbacks(None, 0.0)
    setbacks.tries[first] = 1
    choice = Choice([first, slow, quick, down], 0.0, PARALLEL)
    assert choice.races
    assert choice.rival(setbacks) is quick
    setbacks.tries[quick] = 1
    assert choice.rival(setbacks) is slow
    setbacks.tries[slow] = 1
    assert choice.rival(setbacks) is None
    assert not Choice([first], 0.0, PARALLEL).races
    assert not Choice([first, slow], 0.0).races


def test_there_are_three_strategies() -> None:
    with pytest.raises(ValueError, match="fastest, failover, parallel"):
        Choice(upstreams(0.01), 0.0, "random")


def test_when_all_are_down_the_one_that_is_due_first_is_asked() -> None:
    one, other = upstreams(0.01, 0.02)
    take_down(one, 50.0)
    take_down(other, 49.5)
    assert Choice([one, other], 50.1).preferred is other


def test_after_a_failure_the_other_is_next_then_each_once_more() -> None:
    one, other = upstreams(0.01, 0.02)
    choice = Choice([one, other], 0.0)
    setbacks = Setbacks(None, 0.0)
    order = []
    while (upstream := choice.after(setbacks)) is not None:
        setbacks.tries[upstream] = setbacks.tries.get(upstream, 0) + 1
        order.append(upstream)
    assert order == [one, other] * TRIES


def test_a_lost_packet_is_no_reason_to_turn_to_one_that_is_down() -> None:
    well, down = upstreams(0.01, 0.02)
    take_down(down, 0.0)
    setbacks = Setbacks(None, 0.0)
    setbacks.tries[well] = 1
    assert Choice([well, down], 0.0).after(setbacks) is well


def test_after_a_refusal_each_of_the_others_is_asked_once() -> None:
    one, other = upstreams(0.01, 0.02)
    setbacks = Setbacks(None, 0.0)
    setbacks.tries[one] = 1
    setbacks.refused.add(one)
    choice = Choice([one, other], 0.0)
    assert choice.after(setbacks) is other
    setbacks.tries[other] = 1
    assert choice.after(setbacks) is None
