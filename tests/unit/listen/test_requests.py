"""Heads of HTTP/2 requests (RFC 9113 section 8.3)."""

import pytest
from hpack import Encoder

from blocker.listen.doh import MEDIA_TYPE, Question, Refusal
from blocker.listen.requests import Heads

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
