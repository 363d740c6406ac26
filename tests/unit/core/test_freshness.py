"""How long an HTTP cache may keep a reply (RFC 8484 section 5.1)."""

import pytest

from blocker.core.freshness import freshness
from tests.support.packets import opt
from tests.support.resolver import Resolver

SOA = "example.com. 600 IN SOA ns.example.com. root.example.com. 1 2 3 4 {minimum}"


@pytest.mark.parametrize("edns", [b"", opt()])
def test_the_least_ttl_of_the_answer(edns: bytes) -> None:
    resolver = Resolver()
    resolver.upstream_says(
        "www.example.com. 300 IN CNAME cdn.example.net.", "cdn.example.net. 20 IN A 192.0.2.1"
    )
    resolver.ask(edns=edns, tcp=True)
    assert freshness(resolver.last) == 20
    resolver.now += 5
    resolver.ask(edns=edns, tcp=True)
    assert freshness(resolver.last) == 15


@pytest.mark.parametrize("minimum, seconds", [(60, 60), (3600, 600)])
@pytest.mark.parametrize("rcode", [0, 3])
def test_what_is_not_there_is_kept_as_its_soa_says(rcode: int, minimum: int, seconds: int) -> None:
    resolver = Resolver()
    resolver.upstream_says(authority=[SOA.format(minimum=minimum)], rcode=rcode)
    resolver.ask(tcp=True)
    assert freshness(resolver.last) == seconds


@pytest.mark.parametrize("minimum, seconds", [(60, 60), (3600, 300)])
def test_aliases_that_lead_nowhere_are_kept_no_longer_than_nothing_is(
    minimum: int, seconds: int
) -> None:
    resolver = Resolver()
    resolver.upstream_says(
        "www.example.com. 300 IN CNAME gone.example.com.", authority=[SOA.format(minimum=minimum)]
    )
    resolver.ask(tcp=True)
    assert freshness(resolver.last) == seconds


def test_a_failure_is_not_kept() -> None:
    resolver = Resolver()
    resolver.ask(tcp=True)
    assert freshness(resolver.last) == 0
    assert freshness(b"\x00\x00\x80\x01" + bytes(8)) == 0
