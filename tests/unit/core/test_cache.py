"""The store of answers: bounded by octets, and deaf to a flood of names asked once."""

from blocker.core.answer import Answer
from blocker.core.cache import OVERHEAD, Answers, SecondSight

BODY = bytes(80)
ROOM = OVERHEAD + 4 + len(BODY)  # of an answer below, which has no TTLs


def answer(number: int, body: bytes = BODY) -> Answer:
    key = number.to_bytes(4, "big")
    return Answer(key, 0, 1, 0, body, [], (), 0.0, 300.0)


def key_of(number: int) -> bytes:
    return number.to_bytes(4, "big")


def test_what_is_put_can_be_had() -> None:
    answers = Answers(10 * ROOM)
    one = answer(1)
    answers.put(one)
    assert answers.get(key_of(1)) is one
    assert answers.get(key_of(2)) is None
    assert (len(answers), answers.octets, answers.evictions) == (1, ROOM, 0)


def test_a_newer_answer_takes_the_place_of_an_older() -> None:
    answers = Answers(10 * ROOM)
    answers.put(answer(1))
    answers.get(key_of(1))
    newer = answer(1, bytes(100))
    answers.put(newer)
    assert answers.get(key_of(1)) is newer
    assert (len(answers), answers.octets) == (1, ROOM + 20)
    assert newer.uses == 2  # that it is asked for often is known


def test_it_never_takes_more_than_its_size() -> None:
    answers = Answers(10 * ROOM)
    for number in range(100):
        answers.put(answer(number))
        assert answers.octets <= answers.size
        assert answers.octets == ROOM * len(answers)
    assert len(answers) == 10
    assert answers.evictions == 90


def test_an_answer_larger_than_the_store_is_not_kept() -> None:
    answers = Answers(10 * ROOM)
    for number in range(5):
        answers.put(answer(number))
    answers.put(answer(9, bytes(11 * ROOM)))
    assert answers.get(key_of(9)) is None
    assert answers.octets == ROOM * len(answers)


def test_a_store_of_no_size_keeps_nothing() -> None:
    answers = Answers(0)
    answers.put(answer(1))
    assert (len(answers), answers.octets) == (0, 0)


def test_names_asked_once_do_not_push_out_those_asked_again() -> None:
    answers = Answers(100 * ROOM)
    for number in range(50):
        answers.put(answer(number))
        answers.get(key_of(number))
    for number in range(1_000, 6_000):
        answers.put(answer(number))
    assert sum(answers.get(key_of(number)) is not None for number in range(50)) == 50


def test_what_comes_back_after_its_eviction_is_settled() -> None:
    answers = Answers(10 * ROOM)
    answers._ghosts = SecondSight(1 << 20)  # so that hardly any share a slot
    for number in range(20):
        answers.put(answer(number))
    assert answers.get(key_of(0)) is None
    again = [answer(number) for number in range(8)]
    for one in again:
        answers.put(one)
    assert sum(one.settled for one in again) >= 6  # but for what shared a slot


def test_what_was_popular_gives_way_in_time() -> None:
    answers = Answers(20 * ROOM)
    for round_of_names in range(10):
        for number in range(round_of_names * 20, round_of_names * 20 + 20):
            for _ in range(3):
                if answers.get(key_of(number)) is None:
                    answers.put(answer(number))
    assert sum(answers.get(key_of(number)) is not None for number in range(20)) == 0
    assert sum(answers.get(key_of(number)) is not None for number in range(180, 200)) >= 10


def test_second_sight_forgets_the_older_of_two_in_a_slot() -> None:
    sight = SecondSight(1)
    assert not sight.seen(b"a")
    assert sight.seen(b"a")
    assert not sight.seen(b"b")
    assert not sight.seen(b"a")


def test_second_sight_remembers_lately() -> None:
    sight = SecondSight(1 << 20)
    keys = [b"%d" % number for number in range(50)]
    assert sum(map(sight.seen, keys)) == 0
    assert sum(map(sight.seen, keys)) >= 45  # but for what shared a slot
