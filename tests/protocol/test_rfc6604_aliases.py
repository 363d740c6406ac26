"""RFC 6604, RFC 8020 and RFC 1034 section 3.6.2: chains of aliases, and what may hide in one."""

import pytest

from blocker.core.policy import Rule
from tests.support.packets import (
    AAAA,
    CNAME,
    EXAMPLE_SOA,
    NOERROR,
    NXDOMAIN,
    SERVFAIL,
    A,
    extended_errors,
    lines,
    opt,
)
from tests.support.resolver import Resolver
from tests.support.rules import entry, keep, rule

CLOAKED = (
    "metrics.shop.example. 300 IN CNAME shop.tracker.example.",
    "shop.tracker.example. 60 IN CNAME edge.cdn.example.",
    "edge.cdn.example. 20 IN A 203.0.113.80",
)


def test_nxdomain_at_the_end_of_a_chain_is_nxdomain_with_the_chain() -> None:
    # RFC 6604 section 3: the rcode is that of the last name.
    resolver = Resolver()
    resolver.upstream_says(
        "www.example.com. 300 IN CNAME gone.example.com.", authority=[EXAMPLE_SOA], rcode=NXDOMAIN
    )
    for _ in range(3):
        reply = resolver.ask()
        assert reply.header.rcode == NXDOMAIN
        assert lines(reply.rr) == ["www.example.com. 300 CNAME gone.example.com."]
        assert len(reply.auth) == 1


def test_nxdomain_says_nothing_of_names_below() -> None:
    # RFC 8020 would allow it; unsigned, it would let one lie deny a whole zone.
    resolver = Resolver()
    resolver.upstream_says(authority=[EXAMPLE_SOA], rcode=NXDOMAIN)
    resolver.ask("example.com")
    resolver.upstream_says("www.example.com. 300 IN A 192.0.2.1")
    assert resolver.ask("www.example.com").header.rcode == NOERROR


def test_a_chain_out_of_order_is_followed() -> None:
    # RFC 1034 section 3.6.2 wants them in order; not every server cares.
    resolver = Resolver()
    resolver.upstream_says(*reversed(CLOAKED))
    assert [record.rtype for record in resolver.ask("metrics.shop.example").rr] == [A, CNAME, CNAME]


def test_a_loop_is_no_answer() -> None:
    resolver = Resolver()
    for targets in (["www"], ["b", "www"]):
        names = ["www", *targets]
        resolver.upstream_says(
            *(
                f"{a}.example.com. 300 IN CNAME {b}.example.com."
                for a, b in zip(names, targets, strict=False)
            )
        )
        assert resolver.ask().header.rcode == SERVFAIL
        assert len(resolver.engine.answers) == 0


@pytest.mark.parametrize("length, rcode", [(12, NOERROR), (13, SERVFAIL), (200, SERVFAIL)])
def test_a_chain_has_an_end(length: int, rcode: int) -> None:
    resolver = Resolver()
    resolver.upstream_says(
        *(f"n{at}.example. 300 IN CNAME n{at + 1}.example." for at in range(length)),
        f"n{length}.example. 300 IN A 192.0.2.1",
    )
    assert resolver.ask("n0.example", tcp=True).header.rcode == rcode


def test_records_off_the_chain_are_dropped() -> None:
    resolver = Resolver()
    resolver.upstream_says(*CLOAKED, "other.example. 300 IN A 203.0.113.66")
    assert len(resolver.ask("metrics.shop.example").rr) == 3


@pytest.mark.parametrize("blocked", ["tracker.example", "edge.cdn.example"])
@pytest.mark.parametrize("qtype", [A, AAAA])
def test_an_alias_to_a_blocked_name_is_blocked(blocked: str, qtype: int) -> None:
    # A chain that is blocked at one type is blocked at every type.
    resolver = Resolver(entry(blocked))
    chain = CLOAKED if qtype == A else CLOAKED[:2]
    resolver.upstream_says(*chain, authority=[EXAMPLE_SOA])
    for _ in range(4):  # forwarded, from the answers, ready, ready
        reply = resolver.ask("metrics.shop.example", qtype, edns=opt())
        expected = {A: "0.0.0.0", AAAA: "::"}[qtype]
        assert lines(reply.rr) == [
            f"metrics.shop.example. 30 {'A' if qtype == A else 'AAAA'} {expected}"
        ]
        assert extended_errors(reply) == [(15, f"xiaomi analytics: {blocked}"), (4, "")]
    assert len(resolver.forwarded) == 1


def test_the_answer_is_kept_so_a_change_of_mind_needs_no_upstream() -> None:
    resolver = Resolver(rule("tracker.example"))
    resolver.upstream_says(*CLOAKED)
    for _ in range(3):
        assert len(resolver.ask("metrics.shop.example").rr) == 1
    resolver.install()
    assert len(resolver.ask("metrics.shop.example").rr) == 3
    resolver.install(rule("tracker.example"))
    assert len(resolver.ask("metrics.shop.example").rr) == 1
    assert len(resolver.forwarded) == 1


@pytest.mark.parametrize("allow", [rule("shop.example", "allow"), keep("shop.example")])
def test_a_name_that_is_allowed_is_not_uncloaked(allow: Rule) -> None:
    resolver = Resolver(allow, rule("tracker.example"))
    resolver.upstream_says(*CLOAKED)
    for _ in range(3):
        assert len(resolver.ask("metrics.shop.example").rr) == 3


def test_an_allowed_alias_does_not_hide_a_blocked_one_behind_it() -> None:
    resolver = Resolver(rule("tracker.example", "allow"), entry("edge.cdn.example"))
    resolver.upstream_says(*CLOAKED)
    assert len(resolver.ask("metrics.shop.example").rr) == 1


def test_a_stale_answer_is_uncloaked_too() -> None:
    resolver = Resolver()
    resolver.upstream_says(*CLOAKED)
    resolver.ask("metrics.shop.example")
    resolver.install(rule("tracker.example"))
    resolver.upstream_fails()
    resolver.wait(1_000)
    for _ in range(2):
        assert lines(resolver.ask("metrics.shop.example").rr) == [
            "metrics.shop.example. 30 A 0.0.0.0"
        ]


def test_a_question_for_the_alias_itself_is_answered_with_it() -> None:
    resolver = Resolver()
    resolver.upstream_says(CLOAKED[0])
    assert lines(resolver.ask("metrics.shop.example", CNAME).rr) == [
        "metrics.shop.example. 300 CNAME shop.tracker.example."
    ]


def test_a_dname_stays_with_the_alias_it_made() -> None:
    # RFC 6672 section 3.2: one above the name, in no other relation to it.
    resolver = Resolver(rule("tracker.example"))
    tracker = b"\x07tracker\x07example\x00".hex()
    answer = (
        f"shop.example. 300 IN DNAME \\# 17 {tracker}",
        "www.shop.example. 300 IN CNAME www.tracker.example.",
        "www.tracker.example. 300 IN A 203.0.113.80",
    )
    resolver.upstream_says(*answer)
    assert len(resolver.ask("www.shop.example").rr) == 1
    resolver.install()
    assert [record.rtype for record in resolver.ask("www.shop.example").rr] == [39, 5, 1]
