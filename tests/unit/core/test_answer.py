"""An upstream's answer: which messages are one, and how it is said again as it ages."""

import pytest

from blocker.core.answer import Answer, Lifetimes, parse_answer, truncated
from blocker.core.wire import Query, parse_query
from tests.support.packets import EXAMPLE_SOA, header, lines, opt, query, read, response

NOW = 1_000.0
A_RECORD = "www.example.com. 300 IN A 192.0.2.1"


def asked(name: str = "www.example.com") -> Query:
    return parse_query(query(name), 65_535)


def answer_of(message: bytes, lifetimes: Lifetimes | None = None) -> Answer | None:
    return parse_answer(asked(), message, NOW, lifetimes or Lifetimes())


def said(*records: str, lifetimes: Lifetimes | None = None, **how: object) -> Answer:
    message = response(asked().question, *records, **how)  # type: ignore[arg-type]
    answer = answer_of(message, lifetimes)
    assert answer is not None
    return answer


def test_an_answer_lives_as_long_as_its_shortest_ttl() -> None:
    answer = said(
        "www.example.com. 300 IN CNAME web.example.com.", "web.example.com. 60 IN A 192.0.2.1"
    )
    assert (answer.born, answer.expires) == (NOW, NOW + 60)
    assert (answer.rcode, answer.answers, answer.authorities) == (0, 2, 0)
    assert answer.chain == (b"\x03web\x07example\x03com\x00",)
    assert answer.key == asked().key


@pytest.mark.parametrize("name", ["WWW.EXAMPLE.COM", "www.Example.com"])
def test_the_letters_case_of_the_question_does_not_matter(name: str) -> None:
    # Whoever sends 0x20 letters checks them where the query's own letters are known.
    message = response(query(name)[12:], A_RECORD)
    assert answer_of(message) is not None


GOOD = response(asked().question, A_RECORD)
NO_ANSWERS = {
    "empty": b"",
    "a header": GOOD[:12],
    "a query": GOOD[:2] + bytes((GOOD[2] & 0x7F,)) + GOOD[3:],
    "truncated": GOOD[:2] + bytes((GOOD[2] | 0x02,)) + GOOD[3:],
    "an opcode": GOOD[:2] + bytes((GOOD[2] | 0x28,)) + GOOD[3:],
    "SERVFAIL": GOOD[:3] + b"\x82" + GOOD[4:],
    "REFUSED": GOOD[:3] + b"\x85" + GOOD[4:],
    "no question": header(flags=0x8180, counts=(0, 1, 0, 0)) + GOOD[33:],
    "two questions": GOOD[:5] + b"\x02" + GOOD[6:],
    "another name": response(query("wwx.example.com")[12:], A_RECORD),
    "a longer name": response(query("a.www.example.com")[12:], A_RECORD),
    "another type": response(query("www.example.com", 28)[12:], A_RECORD),
    "another class": response(query("www.example.com", qclass=3)[12:], A_RECORD),
    "cut short": GOOD[:-1],
    "more records than there are": GOOD[:7] + b"\x02" + GOOD[8:],
}


@pytest.mark.parametrize("message", NO_ANSWERS.values(), ids=NO_ANSWERS)
def test_what_is_no_answer_to_this_question_is_none(message: bytes) -> None:
    assert answer_of(message) is None


def test_bounds_on_ttls_hold_from_the_first_reply_on() -> None:
    answer = said(A_RECORD, lifetimes=Lifetimes(least=600, most=900))
    assert read(bytes(2) + answer.tail(asked(), NOW)).rr[0].ttl == 600
    assert answer.expires == NOW + 600
    answer = said(A_RECORD, lifetimes=Lifetimes(most=10))
    assert read(bytes(2) + answer.tail(asked(), NOW)).rr[0].ttl == 10
    assert read(bytes(2) + answer.tail(asked(), NOW + 7)).rr[0].ttl == 3


def test_the_least_ttl_also_holds_for_zero() -> None:
    answer = said("www.example.com. 0 IN A 192.0.2.1", lifetimes=Lifetimes(least=10))
    assert answer.expires == NOW + 10


def test_a_tail_ages_by_whole_seconds() -> None:
    answer = said(A_RECORD)
    for passed, ttl in ((0.0, 300), (0.999, 300), (1.0, 299), (298.5, 2), (299.9, 1)):
        reply = read(bytes(2) + answer.tail(asked(), NOW + passed))
        assert lines(reply.rr) == [f"www.example.com. {ttl} A 192.0.2.1"]


def test_it_says_until_when_its_tail_holds() -> None:
    answer = said("www.example.com. 2 IN A 192.0.2.1")
    assert answer.aged_until(NOW) == NOW + 1
    assert answer.aged_until(NOW + 0.9) == NOW + 1
    assert answer.aged_until(NOW + 1.5) == NOW + 2


def test_a_tail_larger_than_the_client_takes_is_cut_to_nothing() -> None:
    answer = said(*(f"www.example.com. 300 IN A 192.0.2.{n}" for n in range(40)))
    small = parse_query(query())
    assert answer.tail(small, NOW) == truncated(small)
    assert answer.stale_tail(small) == truncated(small)
    assert read(bytes(2) + truncated(small)).header.tc == 1
    assert read(bytes(2) + truncated(parse_query(query(edns=opt())), 3)).header.rcode == 3


def test_a_negative_answer_holds_its_soa() -> None:
    answer = said(authority=[EXAMPLE_SOA], rcode=3)
    assert (answer.rcode, answer.answers, answer.authorities) == (3, 0, 1)
    assert answer.expires == NOW + 60


def test_uses_are_counted_as_far_as_the_store_cares() -> None:
    answer = said(A_RECORD)
    for _ in range(10):
        answer.touch()
    assert answer.uses == 3
