"""What an upstream and the forwarder pass to each other."""

from blocker.core.wire import parse_query
from blocker.upstream.base import Attempt, Exchange, Setbacks
from blocker.upstream.url import upstream_from_url
from tests.support.asking import clock, query_packet


def attempt() -> Attempt:
    exchange = Exchange(parse_query(query_packet("a.example")), None, 5.0, None)  # type: ignore[arg-type]
    upstream = upstream_from_url("udp://192.0.2.53", clock)
    made = Attempt(exchange, upstream, {}, b"id", exchange.query.question, 5.0, True)
    made.pending[b"id"] = made
    return made


def test_a_withdrawn_attempt_is_pending_no_more() -> None:
    one = attempt()
    one.withdraw()
    one.withdraw()
    assert not one.pending


def test_an_attempt_withdraws_itself_only() -> None:
    one, other = attempt(), attempt()
    one.pending[b"id"] = other
    one.withdraw()
    assert one.pending == {b"id": other}


def test_setbacks_begin_with_the_first_attempt() -> None:
    one = attempt()
    setbacks = Setbacks(one, 6.0)
    assert setbacks.attempts == [one]
    assert setbacks.tries == {one.upstream: 1}
    assert setbacks.try_due == 6.0
    assert Setbacks(None, 6.0).tries == {}
