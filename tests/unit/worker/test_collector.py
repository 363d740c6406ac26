"""Garbage: what is new is looked at, what was there is not, and nothing piles up."""

import gc
import time
from collections.abc import Iterator

import pytest

from blocker.worker.collector import AT, EVERY, WHOLE_EVERY, Collector

pytestmark = pytest.mark.alone


class Node:
    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    yield
    gc.unfreeze()
    gc.enable()


def nodes() -> int:
    gc_objects = gc.get_objects()
    return sum(isinstance(one, Node) for one in gc_objects)


def test_it_runs_only_when_told() -> None:
    Collector(0.0)
    assert not gc.isenabled()
    assert gc.get_freeze_count() > 0


def test_cycles_are_found_every_second() -> None:
    collector = Collector(0.0)
    for _ in range(100):
        Node()
    collector.step(EVERY / 2, idle=False)
    assert nodes() == 100
    collector.step(EVERY, idle=False)
    assert nodes() == 0


def test_many_new_objects_are_not_left_waiting() -> None:
    collector = Collector(0.0)
    held = [Node() for _ in range(2 * AT)]
    before = gc.get_freeze_count()
    collector.step(0.1, idle=False)
    assert gc.get_freeze_count() >= before + len(held)


def test_a_pass_costs_nothing_for_what_was_there() -> None:
    """300,000 answers in the cache, 5,000 new ones a second."""
    old = [[number] for number in range(600_000)]
    collector = Collector(0.0)
    longest = 0.0
    for second in range(1, 6):
        old += [[number] for number in range(10_000)]
        begun = time.perf_counter()
        collector.step(second * EVERY, idle=False)
        longest = max(longest, time.perf_counter() - begun)
    assert longest < 0.005


def test_a_cycle_of_frozen_objects_is_found_when_nobody_asks() -> None:
    held = [Node() for _ in range(10)]
    collector = Collector(0.0)
    held.clear()
    collector.step(WHOLE_EVERY, idle=False)
    gc.unfreeze()
    assert nodes() == 10
    gc.freeze()
    collector.step(WHOLE_EVERY + EVERY, idle=True)
    gc.unfreeze()
    assert nodes() == 0
