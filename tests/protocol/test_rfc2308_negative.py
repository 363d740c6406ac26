"""RFC 2308: how long an answer that there is nothing may be believed."""

import pytest

from tests.support.packets import AAAA, EXAMPLE_SOA, NOERROR, NXDOMAIN, SERVFAIL, lines
from tests.support.resolver import Resolver

RCODES = pytest.mark.parametrize("rcode", [NOERROR, NXDOMAIN], ids=["NODATA", "NXDOMAIN"])


@RCODES
def test_the_soa_comes_along_with_the_lower_of_its_ttl_and_minimum(rcode: int) -> None:
    # Sections 3 and 5: SOA TTL 300, MINIMUM 60.
    resolver = Resolver()
    resolver.upstream_says(authority=[EXAMPLE_SOA], rcode=rcode)
    for _ in range(3):  # forwarded, from the answers, ready
        reply = resolver.ask()
        assert (reply.header.rcode, reply.rr) == (rcode, [])
        assert [(record.ttl, str(record.rname)) for record in reply.auth] == [(60, "example.com.")]
    assert len(resolver.forwarded) == 1


@RCODES
def test_it_counts_down_and_ends(rcode: int) -> None:
    # Section 5: "must be cached ... its TTL counts down"; never served at zero.
    resolver = Resolver()
    resolver.upstream_says(authority=[EXAMPLE_SOA], rcode=rcode)
    resolver.ask()
    for passed, left in ((1, 59), (28, 31), (30, 1)):
        resolver.wait(passed)
        assert resolver.ask().auth[0].ttl == left
    assert len(resolver.forwarded) == 1
    resolver.wait(1)
    resolver.ask()
    assert len(resolver.forwarded) == 2


def test_a_minimum_above_the_ttl_does_not_lengthen_it() -> None:
    resolver = Resolver()
    resolver.upstream_says(
        authority=["example.com. 20 IN SOA ns.example.com. host.example.com. 1 2 3 4 900"]
    )
    assert resolver.ask().auth[0].ttl == 20


def test_a_negative_answer_lives_an_hour_at_most() -> None:
    # Section 5: "values of one to three hours have been found to work well".
    resolver = Resolver()
    resolver.upstream_says(
        authority=["example.com. 86400 IN SOA ns.example.com. host.example.com. 1 2 3 4 86400"]
    )
    assert resolver.ask().auth[0].ttl == 3600


@RCODES
def test_without_a_soa_it_is_not_kept(rcode: int) -> None:
    # Section 5: "negative responses without SOA records SHOULD NOT be cached".
    resolver = Resolver()
    resolver.upstream_says(rcode=rcode)
    assert resolver.ask().header.rcode == rcode
    assert resolver.ask().header.rcode == rcode
    assert len(resolver.forwarded) == 2


def test_a_referral_is_not_kept() -> None:
    # Section 2.2: NS without SOA is a referral, whatever a lame server means by it.
    resolver = Resolver()
    resolver.upstream_says(authority=["example.com. 300 IN NS ns.example.com."])
    assert lines(resolver.ask().auth) == []
    resolver.ask()
    assert len(resolver.forwarded) == 2


def test_nodata_of_one_type_says_nothing_of_another() -> None:
    # Section 5: NODATA is kept against name, type and class.
    resolver = Resolver()
    resolver.upstream_says(authority=[EXAMPLE_SOA])
    resolver.ask(qtype=AAAA)
    resolver.upstream_says("www.example.com. 300 IN A 192.0.2.1")
    assert lines(resolver.ask().rr) == ["www.example.com. 300 A 192.0.2.1"]


def test_only_the_soa_of_the_authority_is_passed_on() -> None:
    resolver = Resolver()
    resolver.upstream_says(
        authority=["example.com. 300 IN NS ns.example.com.", EXAMPLE_SOA], rcode=NXDOMAIN
    )
    assert [record.rtype for record in resolver.ask().auth] == [6]


def test_an_alias_to_nothing_keeps_alias_and_soa_each_with_its_ttl() -> None:
    # Section 2.2.1 type 1; the whole lives as long as the shortest of them.
    resolver = Resolver()
    resolver.upstream_says("www.example.com. 40 IN CNAME web.example.com.", authority=[EXAMPLE_SOA])
    reply = resolver.ask(qtype=AAAA)
    assert lines(reply.rr) == ["www.example.com. 40 CNAME web.example.com."]
    assert reply.auth[0].ttl == 40
    resolver.wait(40)
    resolver.ask(qtype=AAAA)
    assert len(resolver.forwarded) == 2


def test_servfail_of_an_upstream_is_no_answer() -> None:
    # Section 7.1; how long failures live is RFC 9520's.
    resolver = Resolver()
    resolver.upstream_says(rcode=SERVFAIL)
    assert resolver.ask().header.rcode == SERVFAIL
    assert len(resolver.engine.answers) == 0
