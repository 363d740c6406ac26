"""Heads of HTTP/2 requests (RFC 9113 section 8.3)."""

import base64
from typing import Any

import pytest
from hpack import Encoder, NeverIndexedHeaderTuple

from blocker.listen.doh import MEDIA_TYPE, Question, Refusal
from blocker.listen.requests import Heads
from tests.support.packets import query

POST = [(":method", "POST"), (":scheme", "https"), (":path", "/dns-query")]
BODY = [("content-type", MEDIA_TYPE), ("content-length", "33")]


def test_a_head_is_read_and_then_known() -> None:
    encoder, heads = Encoder(), Heads()
    first = heads.read(encoder.encode([*POST, *BODY]))  # fills the table
    assert first is not None
    assert (first.method, first.outcome, first.length) == ("POST", Question(b""), 33)
    again = encoder.encode([*POST, *BODY])
    assert heads.read(again) == first
    assert heads.read(again) is heads.read(again)


def test_what_was_known_is_forgotten_when_its_words_change() -> None:
    encoder, heads = Encoder(), Heads()
    heads.read(encoder.encode([*POST, *BODY]))
    block = encoder.encode([*POST, *BODY])
    heads.read(block)
    for number in range(200):  # until the table has no more room for the earlier ones
        heads.read(encoder.encode([*POST, (f"x-{number}", "y" * 40), *BODY]))
    said = heads.read(encoder.encode([*POST, ("content-type", "text/html"), ("a", "b")]))
    assert said is not None
    assert isinstance(said.outcome, Refusal)


def test_questions_in_paths_are_read_each_as_if_it_were_the_first() -> None:
    encoder, heads = Encoder(), Heads()
    get = [(":method", "GET"), (":scheme", "https"), (":authority", "dns.home.example")]
    heads.read(encoder.encode([*get, (":path", "/")]))
    for number in range(300):
        message = query(f"n{number}.example.com", packet_id=number * 211)
        said = base64.urlsafe_b64encode(message).rstrip(b"=").decode()
        path = "/dns-query" if number % 3 else "/dns-query/anna"
        fields: list[Any] = [*get, NeverIndexedHeaderTuple(":path", f"{path}?dns={said}")]
        for _ in range(2):
            head = heads.read(encoder.encode(fields))
            assert head is not None
            assert head.outcome == Question(message, "" if number % 3 else "anna")
        broken = heads.read(encoder.encode([*fields, ("accept", "*/*"), ("Odd", "")]))
        assert broken is None


@pytest.mark.parametrize(
    "fields",
    [
        POST[1:],
        POST[:2],
        [*POST[:1], *POST[2:]],
        [*POST, (":method", "POST")],
        [*POST, (":status", "200")],
        [*POST[:2], ("a", "b"), POST[2]],
        [*POST, ("Content-Type", MEDIA_TYPE)],
        [*POST, ("connection", "close")],
        [*POST, ("transfer-encoding", "chunked")],
        [*POST, ("content-length", "3"), ("content-length", "4")],
        [(":method", ""), *POST[1:]],
    ],
)
def test_malformed_heads(fields: list[tuple[str, str]]) -> None:
    assert Heads().read(Encoder().encode(fields)) is None
