"""Answers in their order, and how many octets of them wait."""

from blocker.listen.places import Place, Places


def test_answers_wait_for_the_earlier_ones() -> None:
    places = Places()
    first, second, third = (Place(last=False) for _ in range(3))
    for each in (first, second, third):
        places.append(each)
    places.fill(second, b"two")
    assert (places.take(), places.held, len(places)) == (([], False), 3, 3)
    places.fill(first, b"1")
    assert (places.take(), places.held, len(places)) == (([b"1", b"two"], False), 0, 1)
    third.octets = b"refused"
    assert (places.take(), places.held, len(places)) == (([b"refused"], False), 0, 0)


def test_nothing_comes_after_the_last() -> None:
    places = Places()
    first, second = Place(last=True), Place(last=False)
    places.append(first)
    places.append(second)
    places.fill(second, b"two")
    places.fill(first, b"one")
    assert (places.take(), places.held, len(places)) == (([b"one"], True), 0, 0)


def test_of_head_only_the_head_is_sent() -> None:
    places = Places()
    places.append(place := Place(last=False, bare=True))
    places.fill(place, b"HTTP/1.1 200 OK\r\nA: b\r\n\r\ncontent\r\n\r\n")
    assert places.take() == ([b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n"], False)
    assert places.held == 0
