"""RFC 8767: when upstreams fail, an answer past its time is better than none."""

import pytest

from blocker.core.answer import Lifetimes
from blocker.core.engine import Forward
from tests.support.packets import (
    AAAA,
    EXAMPLE_SOA,
    NOERROR,
    NXDOMAIN,
    SERVFAIL,
    extended_errors,
    lines,
    opt,
    query,
    read,
)
from tests.support.resolver import CLIENT, Resolver

STALE, STALE_NXDOMAIN = 3, 19


def test_a_stale_answer_has_a_ttl_of_30_and_says_so() -> None:
    # Section 4 (TTL 30), RFC 8914 section 4.4.
    resolver = Resolver()
    resolver.upstream_says(
        "www.example.com. 300 IN CNAME web.example.com.", "web.example.com. 60 IN A 192.0.2.1"
    )
    resolver.ask()
    resolver.upstream_fails()
    resolver.wait(60)
    reply = resolver.ask(edns=opt())
    assert lines(reply.rr) == [
        "www.example.com. 30 CNAME web.example.com.",
        "web.example.com. 30 A 192.0.2.1",
    ]
    assert [code for code, _ in extended_errors(reply)] == [STALE]


@pytest.mark.parametrize("rcode, ede", [(NXDOMAIN, STALE_NXDOMAIN), (NOERROR, STALE)])
def test_negative_answers_are_served_stale_too(rcode: int, ede: int) -> None:
    # RFC 8914 section 4.20 for NXDOMAIN.
    resolver = Resolver()
    resolver.upstream_says(authority=[EXAMPLE_SOA], rcode=rcode)
    resolver.ask(qtype=AAAA)
    resolver.upstream_fails()
    resolver.wait(61)
    reply = resolver.ask(qtype=AAAA, edns=opt())
    assert (reply.header.rcode, reply.auth[0].ttl) == (rcode, 30)
    assert [code for code, _ in extended_errors(reply)] == [ede]


def test_the_upstream_is_asked_first() -> None:
    # Section 4: stale data is used only after refreshing was tried.
    resolver = Resolver()
    resolver.upstream_says("www.example.com. 60 IN A 192.0.2.1")
    resolver.ask()
    resolver.upstream_says("www.example.com. 60 IN A 192.0.2.2")
    resolver.wait(60)
    assert lines(resolver.ask().rr) == ["www.example.com. 60 A 192.0.2.2"]


def test_an_upstream_that_fails_is_not_asked_again_for_a_while() -> None:
    # Section 5: the failure recheck timer; here five seconds (RFC 9520).
    resolver = Resolver()
    resolver.upstream_says("www.example.com. 60 IN A 192.0.2.1")
    resolver.ask()
    resolver.upstream_fails()
    resolver.wait(60)
    for _ in range(4):
        assert resolver.ask().rr[0].ttl == 30
        resolver.wait(1)
    assert len(resolver.forwarded) == 2
    resolver.wait(1)
    resolver.ask()
    assert len(resolver.forwarded) == 3


def test_recovery_is_seen_at_once() -> None:
    resolver = Resolver()
    resolver.upstream_says("www.example.com. 60 IN A 192.0.2.1")
    resolver.ask()
    resolver.upstream_fails()
    resolver.wait(60)
    resolver.ask()
    resolver.wait(5)
    resolver.upstream_says("www.example.com. 60 IN A 192.0.2.2")
    assert lines(resolver.ask().rr) == ["www.example.com. 60 A 192.0.2.2"]


def test_stale_has_an_end() -> None:
    # Section 5: the maximum stale timer.
    resolver = Resolver(lifetimes=Lifetimes(stale=3_600))
    resolver.upstream_says("www.example.com. 60 IN A 192.0.2.1")
    resolver.ask()
    resolver.upstream_fails()
    resolver.wait(60 + 3_600 - 1)
    assert resolver.ask().header.rcode == NOERROR
    resolver.wait(6)
    assert resolver.ask().header.rcode == SERVFAIL


def test_without_serve_stale_there_is_none() -> None:
    resolver = Resolver(lifetimes=Lifetimes(stale=0))
    resolver.upstream_says("www.example.com. 60 IN A 192.0.2.1")
    resolver.ask()
    resolver.upstream_fails()
    resolver.wait(60)
    assert resolver.ask().header.rcode == SERVFAIL


def test_a_client_may_be_answered_before_the_upstream_gave_up() -> None:
    # Section 5: the client response timer. The question goes on; who waited has an answer.
    resolver = Resolver()
    resolver.upstream_says("www.example.com. 60 IN A 192.0.2.1")
    resolver.ask()
    resolver.wait(60)
    forward = resolver.engine.on_query(query(packet_id=0x0707), CLIENT, resolver.now)
    assert isinstance(forward, Forward)
    early = resolver.engine.stale(forward, resolver.now + 1.8)
    assert early is not None
    assert (read(early).header.id, read(early).rr[0].ttl) == (0x0707, 30)


def test_there_is_no_early_answer_when_nothing_is_known() -> None:
    resolver = Resolver()
    forward = resolver.engine.on_query(query(), CLIENT, resolver.now)
    assert isinstance(forward, Forward)
    assert resolver.engine.stale(forward, resolver.now + 1.8) is None


def test_a_ttl_of_zero_is_not_stale_later() -> None:
    # Section 4: TTL 0 answers were never to be kept.
    resolver = Resolver()
    resolver.upstream_says("www.example.com. 0 IN A 192.0.2.1")
    assert resolver.ask().rr[0].ttl == 0
    resolver.upstream_fails()
    assert resolver.ask().header.rcode == SERVFAIL


def test_a_stale_answer_too_large_for_its_client_is_truncated() -> None:
    resolver = Resolver()
    resolver.upstream_says(*(f"www.example.com. 60 IN A 192.0.2.{n}" for n in range(40)))
    resolver.ask()
    resolver.upstream_fails()
    resolver.wait(60)
    assert resolver.ask().header.tc == 1
    assert len(resolver.ask(tcp=True).rr) == 40
