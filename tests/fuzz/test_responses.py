"""Fuzz: any message from an upstream.

Invariant: no exception; the outcome is None or an Answer; of an Answer every TTL lies where it
says, every record can be read again from the reply it makes, no owner is off the chain, and
after that it is stored within the bounds of the store.
"""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from blocker.core.answer import Answer
from blocker.core.engine import Engine, Forward, View
from blocker.core.names import is_below
from blocker.core.records import read
from blocker.core.wire import Query, parse_query
from tests.fuzz.strategies import NAMES, mutated, responses
from tests.support.packets import query, question, response
from tests.support.rules import policy, rule

CLIENT = "192.168.1.20"
ASKED = st.sampled_from(
    [question(b"\x03www\x06xiaomi\x03com\x00", qtype) for qtype in (1, 5, 6, 15, 16, 33, 46, 65)]
)


@given(ASKED.flatmap(lambda asked: st.tuples(st.just(asked), mutated(responses(asked)))))
@settings(max_examples=500)
@example((question("a.b"), b""))
def test_a_message_mutated(pair: tuple[bytes, bytes]) -> None:
    check(*pair)


@given(ASKED.flatmap(lambda asked: st.tuples(st.just(asked), responses(asked))))
@settings(max_examples=500)
def test_a_message_of_any_records(pair: tuple[bytes, bytes]) -> None:
    check(*pair)


@given(st.binary(max_size=200))
@settings(max_examples=300)
def test_random_octets(octets: bytes) -> None:
    asked = question("www.example.com")
    check(asked, octets)
    check(asked, response(asked)[:12] + asked + octets)


@given(NAMES, st.binary(max_size=40))
@settings(max_examples=300)
def test_any_alias(target: bytes, rest: bytes) -> None:
    asked = question("www.example.com")
    alias = b"\xc0\x0c\x00\x05\x00\x01\x00\x00\x00\x3c" + len(target).to_bytes(2, "big") + target
    check(asked, response(asked)[:6] + b"\x00\x01\x00\x00\x00\x00" + asked + alias + rest)


def check(asked: bytes, message: bytes) -> None:
    engine = Engine(View(policy(rule("a"), rule("xiaomi.com"))), cache_octets=2_000)
    packet = query(asked[:-4], int.from_bytes(asked[-4:-2], "big"))
    engine.install(View(policy(rule("b.a"))))
    forward = engine.on_query(packet, CLIENT, 0.0)
    assert isinstance(forward, Forward)
    answer = engine.on_response(forward.query, message, 0.0)
    assert engine.answers.octets <= engine.answers.size
    if answer is None:
        return
    assert 0 <= answer.expires <= 86_400
    for reply in (engine.reply(forward, answer, 0.0), engine.on_failure(forward, 7.0, 22, "")):
        assert len(reply) <= 512
    whole = parse_query(packet, 65_535)
    for now in (0.0, 1.0, answer.expires):
        check_records(whole, answer, bytes(2) + answer.tail(whole, now))
    check_records(whole, answer, bytes(2) + answer.stale_tail(whole))


def check_records(asked: Query, answer: Answer, reply: bytes) -> None:
    start = 12 + len(asked.question)
    count = answer.answers + answer.authorities
    records = read(reply, start, count, asked.name)
    assert (records[-1].end if records else start) == len(reply)
    assert [record.ttl_at - start for record in records] == [at for at, _ in answer.ttls]
    owners = (asked.name, *answer.chain)
    for record in records[: answer.answers]:
        assert record.owner in owners or any(is_below(owner, record.owner) for owner in owners)
        assert record.ttl <= 86_400
