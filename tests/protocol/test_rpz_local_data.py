"""Local data and its aliases (draft-vixie-dnsop-dns-rpz sections 3.4 to 3.6), as packets."""

import pytest

from blocker.core.policy import Rule
from tests.support.packets import (
    AAAA,
    ANY,
    CH,
    CNAME,
    EXAMPLE_SOA,
    MX,
    NOERROR,
    NXDOMAIN,
    SERVFAIL,
    TXT,
    extended_errors,
    lines,
    opt,
    query,
)
from tests.support.resolver import Resolver
from tests.support.rules import entry, listed, local, rule

YXDOMAIN = 6


@pytest.mark.parametrize("tcp", [False, True])
def test_a_rule_s_records_are_the_answer(tcp: bool) -> None:
    resolver = Resolver(local("=a.example", "192.0.2.1", "192.0.2.2", "2001:db8::1", ttl=7))
    for _ in range(3):
        reply = resolver.ask("A.example", tcp=tcp, edns=opt())
        assert (reply.header.rcode, reply.header.aa, reply.header.tc) == (NOERROR, 1, 0)
        assert lines(reply.rr) == ["A.example. 7 A 192.0.2.1", "A.example. 7 A 192.0.2.2"]
        assert lines(resolver.ask("a.example", AAAA, tcp=tcp).rr) == [
            "a.example. 7 AAAA 2001:db8::1"
        ]
    assert resolver.forwarded == []


@pytest.mark.parametrize("qtype", [TXT, MX, CNAME])
def test_a_type_it_has_not_is_no_data_and_is_not_asked_for(qtype: int) -> None:
    reply = Resolver(local("=a.example", "192.0.2.1")).ask("a.example", qtype)
    assert (reply.header.rcode, reply.rr) == (NOERROR, [])
    assert [record.rtype for record in reply.auth] == [6]


def test_any_is_all_it_has() -> None:
    reply = Resolver(local("=a.example", "192.0.2.1", "2001:db8::1")).ask("a.example", ANY)
    assert len(reply.rr) == 2


def test_names_below_have_no_part_in_it() -> None:
    resolver = Resolver(local("=a.example", "192.0.2.1"), local("b.example", "::1", match="below"))
    resolver.upstream_fails()
    for name in ("x.a.example", "b.example"):
        assert resolver.ask(name).header.rcode == SERVFAIL
    assert lines(resolver.ask("x.b.example", AAAA).rr) == ["x.b.example. 60 AAAA ::1"]


def test_more_than_a_datagram_takes_is_asked_for_over_tcp() -> None:
    resolver = Resolver(local("=a.example", *(f"192.0.2.{n}" for n in range(60))))
    reply = resolver.ask("a.example")
    assert (reply.header.tc, reply.rr) == (1, [])
    assert len(resolver.last) <= 512
    assert len(resolver.ask("a.example", edns=opt(1232)).rr) == 60
    assert len(resolver.ask("a.example", tcp=True).rr) == 60


ALIASES = (local("=a.example", "b.example"), local("=b.example", "www.example.com", ttl=90))


def test_an_alias_is_followed_here_and_then_upstream() -> None:
    resolver = Resolver(*ALIASES)
    resolver.upstream_says("www.example.com. 10 IN A 192.0.2.9")
    for passed, ttl in ((0, 10), (4, 6), (5, 1), (1, 10)):
        resolver.wait(passed)
        assert lines(resolver.ask("a.example").rr) == [
            "a.example. 60 CNAME b.example.",
            "b.example. 90 CNAME www.example.com.",
            f"www.example.com. {ttl} A 192.0.2.9",
        ]
    assert [asked.name for asked in resolver.forwarded] == [b"\x03www\x07example\x03com\0"] * 2


def test_an_alias_and_its_target_share_an_answer() -> None:
    resolver = Resolver(*ALIASES)
    resolver.upstream_says("www.example.com. 10 IN A 192.0.2.9")
    assert len(resolver.ask("www.example.com").rr) == 1
    assert len(resolver.ask("a.example").rr) == 3
    assert len(resolver.forwarded) == 1


def test_an_alias_to_a_name_with_records_of_its_own_asks_nobody() -> None:
    resolver = Resolver(local("=a.example", "b.example"), local("=b.example", "192.0.2.1"))
    assert lines(resolver.ask("a.example").rr) == [
        "a.example. 60 CNAME b.example.",
        "b.example. 60 A 192.0.2.1",
    ]
    assert len(resolver.ask("a.example", AAAA).rr) == 1  # the alias, and no data
    assert resolver.forwarded == []


def test_the_alias_itself_can_be_asked_for() -> None:
    reply = Resolver(*ALIASES).ask("a.example", CNAME)
    assert lines(reply.rr) == ["a.example. 60 CNAME b.example."]


def test_what_the_upstream_says_of_the_target_is_said_of_the_alias() -> None:
    resolver = Resolver(*ALIASES)
    resolver.upstream_says(authority=[EXAMPLE_SOA], rcode=NXDOMAIN)
    for _ in range(2):
        reply = resolver.ask("a.example")
        assert (reply.header.rcode, len(reply.rr), len(reply.auth)) == (NXDOMAIN, 2, 1)


def test_a_target_that_cannot_be_asked_for_fails_the_question_as_it_was_asked() -> None:
    resolver = Resolver(*ALIASES)
    reply = resolver.ask("a.example", edns=opt())
    assert (reply.header.rcode, str(reply.q.qname), reply.rr) == (SERVFAIL, "a.example.", [])
    assert extended_errors(reply) == [(22, "192.0.2.53#53 timeout")]


def test_behind_an_alias_an_answer_may_be_stale_and_says_so() -> None:
    resolver = Resolver(*ALIASES)
    resolver.upstream_says("www.example.com. 10 IN A 192.0.2.9")
    resolver.ask("a.example")
    resolver.upstream_fails()
    resolver.wait(60)
    reply = resolver.ask("a.example", edns=opt())
    assert lines(reply.rr)[-1] == "www.example.com. 30 A 192.0.2.9"
    assert extended_errors(reply) == [(3, "")]


@pytest.mark.parametrize(
    "blocked, said",
    [
        (entry("example.com"), "xiaomi analytics: example.com"),
        (rule("=www.example.com"), "your own rule: =www.example.com"),
        (listed("cdn.example", list="ads"), "on the list ads"),  # at the end of upstream's chain
    ],
)
def test_an_alias_to_what_is_blocked_is_blocked(blocked: Rule, said: str) -> None:
    resolver = Resolver(*ALIASES, blocked)
    resolver.upstream_says(
        "www.example.com. 300 IN CNAME x.cdn.example.", "x.cdn.example. 300 IN A 192.0.2.9"
    )
    for _ in range(3):
        reply = resolver.ask("a.example", edns=opt())
        assert lines(reply.rr) == ["a.example. 30 A 0.0.0.0"]
        assert extended_errors(reply) == [(15, said), (4, "")]


def test_an_alias_that_leads_to_another_by_way_of_an_upstream() -> None:
    resolver = Resolver(*ALIASES, local("=x.cdn.example", "192.0.2.1"))
    resolver.upstream_says(
        "www.example.com. 300 IN CNAME x.cdn.example.", "x.cdn.example. 300 IN A 192.0.2.9"
    )
    assert [str(record.rdata) for record in resolver.ask("a.example").rr] == [
        *("b.example.", "www.example.com.", "x.cdn.example.", "192.0.2.1")
    ]


@pytest.mark.parametrize("length", [2, 3, 40])
def test_a_loop_of_aliases_ends_here(length: int) -> None:
    loop = [local(f"=n{n}.example", f"n{(n + 1) % length}.example") for n in range(length)]
    resolver = Resolver(*loop)
    reply = resolver.ask("n0.example", tcp=True)
    assert len(reply.rr) < 20
    assert resolver.forwarded == []


def test_a_wildcard_alias_stands_for_the_name_that_was_asked() -> None:
    resolver = Resolver(local("a.example", "*.garden.example", match="below"))
    resolver.upstream_says("x.a.example.garden.example. 300 IN A 192.0.2.9")
    assert lines(resolver.ask("x.a.example").rr) == [
        "x.a.example. 60 CNAME x.a.example.garden.example.",
        "x.a.example.garden.example. 300 A 192.0.2.9",
    ]


@pytest.mark.parametrize("octets, rcode", [(255, NOERROR), (256, YXDOMAIN)])
def test_a_wildcard_alias_makes_no_name_that_is_too_long(octets: int, rcode: int) -> None:
    # 15 octets of garden.example and its dots; "a.example" and its dot are 10 of the rest.
    left = octets - len(b"\x06garden\x07example\0") - len(b"\x01a\x07example")
    labels = ["x" * 62] * (left // 63) + ["y" * (left % 63 - 1)]
    resolver = Resolver(local("a.example", "*.garden.example", match="below"))
    resolver.upstream_says()
    name = ".".join([*labels, "a.example"])
    reply = resolver.ask(name, edns=opt())
    assert (reply.header.rcode, len(reply.rr)) == (rcode, int(rcode == NOERROR))


def test_other_classes_are_not_asked_for_by_an_alias() -> None:
    resolver = Resolver(*ALIASES)
    assert resolver.send(query("a.example", TXT, qclass=CH)) is not None
    assert resolver.forwarded == []


@pytest.mark.parametrize("size, fits", [(30, False), (12, True)])
def test_both_parts_of_an_answer_must_fit_together(size: int, fits: bool) -> None:
    resolver = Resolver(*ALIASES)
    resolver.upstream_says(*(f"www.example.com. 300 IN A 192.0.2.{n}" for n in range(size)))
    for _ in range(2):
        assert resolver.ask("a.example").header.tc == (not fits)
        assert len(resolver.last) <= 512
        assert len(resolver.ask("a.example", tcp=True).rr) == size + 2
