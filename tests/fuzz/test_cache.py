"""Fuzz: the store of answers.

Invariant: octets are the sum over what is stored and never more than the size, whatever is put
and asked in whatever order; and 100,000 names asked once do not push out 100 asked again.
"""

from hypothesis import given, settings
from hypothesis import strategies as st

from blocker.core.answer import Answer
from blocker.core.cache import OVERHEAD, Answers

STEPS = st.lists(
    st.tuples(st.booleans(), st.integers(0, 20), st.integers(0, 3_000), st.integers(0, 5)),
    max_size=150,
)


def answer(key: bytes, size: int = 60, ttls: int = 1) -> Answer:
    return Answer(key, 0, 1, 0, bytes(size), [(6, 300)] * ttls, (), 0.0, 300.0)


def room(kept: Answer) -> int:
    return OVERHEAD + len(kept.key) + len(kept.body) + 64 * len(kept.ttls)


@given(st.integers(0, 20_000), STEPS)
@settings(max_examples=400)
def test_octets_are_the_sum_over_what_is_stored(
    size: int, steps: list[tuple[bool, int, int, int]]
) -> None:
    answers = Answers(size)
    newest: dict[bytes, Answer] = {}
    for is_put, number, length, ttls in steps:
        key = b"name%d" % number
        if is_put:
            newest[key] = answer(key, length, ttls)
            answers.put(newest[key])
        else:
            answers.get(key)
        assert answers.octets <= size
    stored = [kept for key in newest if (kept := answers.get(key)) is not None]
    assert len(stored) == len(answers)
    assert answers.octets == sum(map(room, stored))
    assert all(kept is newest[kept.key] for kept in stored)


def test_a_flood_of_random_names_does_not_push_out_the_popular() -> None:
    popular = [b"popular%d" % number for number in range(100)]
    answers = Answers(4_000 * room(answer(b"random%06d" % 0)))
    misses = 0
    for number in range(100_000):
        answers.put(answer(b"random%06d" % number))
        if number % 10 == 0:  # one question in eleven is for a popular name
            key = popular[number // 10 % 100]
            if answers.get(key) is None:
                misses += 1
                answers.put(answer(key))
    assert misses <= 110  # once each, and a few that shared a slot
    assert sum(answers.get(key) is not None for key in popular) == 100
