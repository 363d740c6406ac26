"""An answer, and how it is said again as it ages."""

from blocker.core.answer import Answer, Lifetimes, truncated
from blocker.core.response import parse_answer
from blocker.core.wire import Query, parse_query
from tests.support.packets import lines, opt, query, read, response

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


def test_uses_are_counted_as_far_as_the_store_cares() -> None:
    answer = said(A_RECORD)
    for _ in range(10):
        answer.touch()
    assert answer.uses == 3


def test_of_two_aliases_of_a_name_the_first_counts() -> None:
    # RFC 2181 section 10.1: there may be one only. What is followed is what the policy looks at.
    answer = said(
        "www.example.com. 300 IN CNAME one.example.com.",
        "www.example.com. 300 IN CNAME two.example.com.",
        "one.example.com. 300 IN A 192.0.2.1",
        "two.example.com. 300 IN A 192.0.2.2",
    )
    assert answer.chain == (b"\x03one\x07example\x03com\x00",)
    shown = lines(read(bytes(2) + answer.tail(asked(), NOW)).rr)
    assert shown == [
        "www.example.com. 300 CNAME one.example.com.",
        "one.example.com. 300 A 192.0.2.1",
    ]
