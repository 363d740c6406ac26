"""An upstream's message: when it is an answer, and what of it is kept."""

import pytest

from blocker.core.answer import Answer, Lifetimes
from blocker.core.response import parse_answer
from blocker.core.wire import Query, parse_query
from tests.support.packets import EXAMPLE_SOA, header, query, response

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
    "NOTAUTH": GOOD[:3] + b"\x89" + GOOD[4:],
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


def test_a_negative_answer_holds_its_soa() -> None:
    answer = said(authority=[EXAMPLE_SOA], rcode=3)
    assert (answer.rcode, answer.answers, answer.authorities) == (3, 0, 1)
    assert answer.expires == NOW + 60


@pytest.mark.parametrize(
    "qtype, content",
    [(15, b"\x00\x01\xff\xff"), (33, bytes(6) + b"\xc0\xff"), (12, b"\x03ab"), (5, b"\x80")],
)
def test_data_that_nobody_can_read_is_no_answer(qtype: int, content: bytes) -> None:
    # RFC 9267: neither we, when it is written out behind an alias, nor a client that trusts us.
    asked = parse_query(query("www.example.com", qtype), 65_535)
    fixed = qtype.to_bytes(2, "big") + b"\x00\x01\x00\x00\x00\x3c" + len(content).to_bytes(2, "big")
    record = b"\xc0\x0c" + fixed + content
    message = header(flags=0x8180, counts=(1, 1, 0, 0)) + asked.question + record
    assert parse_answer(asked, message, NOW, Lifetimes()) is None


def test_nor_is_a_denial_whose_soa_nobody_can_read() -> None:
    soa = b"\xc0\x0c\x00\x06\x00\x01\x00\x00\x00\x3c\x00\x16\xff\xff" + bytes(20)
    message = header(flags=0x8183, counts=(1, 0, 1, 0)) + asked().question + soa
    assert answer_of(message) is None


def test_a_name_too_long_by_a_dname_has_the_dname_for_an_answer() -> None:
    # dnslib does not write one: of example.com, where the question's name says it.
    dname = b"\xc0\x10\x00\x27\x00\x01\x00\x00\x01\x2c\x00\x09\x07example\x00"
    message = response(asked().question, rcode=6)
    answer = answer_of(message[:6] + b"\x00\x01" + message[8:] + dname)
    assert answer is not None
    assert (answer.rcode, answer.answers, answer.authorities) == (6, 1, 0)
    assert answer.expires == NOW  # nothing says how long that is so
