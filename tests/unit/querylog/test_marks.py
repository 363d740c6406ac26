"""Marks: sets of numbers that say yes to all they hold, and no to what they do not."""

import random

from blocker.querylog.marks import Filling, What, has_any, pack, pair, unpack


def test_sets_answer_as_sets_do() -> None:
    generator = random.Random(1)
    numbers = {generator.randrange(1 << 32) for _ in range(500)}
    packed = pack(numbers)
    assert list(unpack(packed)) == sorted(numbers)
    absent = [number for number in range(1_000) if number not in numbers]
    assert not has_any(packed, absent[:3])
    assert not has_any(packed, absent)
    for number in list(numbers)[:50]:
        assert has_any(packed, {number})
        assert has_any(packed, {*absent, number})
    assert not has_any(pack([]), {1})


def test_a_stretch_knows_what_went_in() -> None:
    filling = Filling(3)
    filling.add(20, name=7, client=1, kind=2, qtype=28, shape=9)
    filling.add(10, name=8, client=2, kind=2, qtype=1, shape=10)
    packed = filling.packed()
    assert (filling.first, filling.last) == (10, 20)
    assert list(unpack(packed[What.NAMES])) == [7, 8]
    assert list(unpack(packed[What.SHAPES])) == [9, 10]
    assert has_any(packed[What.NAMES_OF_CLIENTS], {pair(7, 1)})
    assert not has_any(packed[What.NAMES_OF_CLIENTS], {pair(7, 2)})
    assert has_any(packed[What.NAMES_OF_KINDS], {pair(8, 2)})
    assert has_any(packed[What.NAMES_OF_TYPES], {pair(7, 28)})
