"""RFC 8914: a client that sent EDNS is told why, in few words; one that did not, is not."""

import pytest

from blocker.core.policy import NoRules, Policy
from blocker.core.rule import LocalRecord
from blocker.core.sinkhole import Mode, Sinkhole
from blocker.core.view import View
from tests.support.packets import (
    AAAA,
    HTTPS,
    NOERROR,
    NXDOMAIN,
    REFUSED,
    SERVFAIL,
    TXT,
    A,
    extended_errors,
    opt,
    option,
)
from tests.support.resolver import Resolver
from tests.support.rules import entry, listed, rule

FORGED, BLOCKED, FILTERED, CACHED_ERROR, PROHIBITED = 4, 15, 17, 13, 18
NOT_AUTHORITATIVE, NO_REACHABLE_AUTHORITY, BLOCKED_UPSTREAM = 20, 22, 35


def test_blocked_by_a_curated_entry_names_vendor_and_purpose() -> None:
    # Section 4.16.
    resolver = Resolver(entry("data.mistat.xiaomi.com"))
    for _ in range(3):
        reply = resolver.ask("a.data.mistat.xiaomi.com", edns=opt())
        assert extended_errors(reply) == [
            (BLOCKED, "xiaomi analytics: data.mistat.xiaomi.com"),
            (FORGED, ""),
        ]


def test_blocked_by_the_user_and_by_a_list() -> None:
    resolver = Resolver(rule("a.example"), listed("b.example", list="someone's list"))
    assert extended_errors(resolver.ask("a.example", TXT, edns=opt())) == [
        (BLOCKED, "your own rule: a.example")
    ]
    assert extended_errors(resolver.ask("b.example", TXT, edns=opt())) == [
        (BLOCKED, "on the list someone's list")
    ]


def test_an_address_that_is_not_the_names_own_is_forged_as_well() -> None:
    # Section 4.5: only where an answer is still provided.
    resolver = Resolver(rule("a.example"))
    codes = {
        qtype: [code for code, _ in extended_errors(resolver.ask("a.example", qtype, edns=opt()))]
        for qtype in (1, 28, HTTPS, TXT)
    }
    assert codes == {
        **{qtype: [BLOCKED, FORGED] for qtype in (1, 28)},
        **{qtype: [BLOCKED] for qtype in (HTTPS, TXT)},
    }


def test_no_answer_is_forged_where_there_is_none() -> None:
    modes: dict[Mode, int] = {"nxdomain": NXDOMAIN, "nodata": NOERROR, "refused": REFUSED}
    for mode, rcode in modes.items():
        resolver = Resolver(rule("a.example"), sinkhole=Sinkhole(mode))
        reply = resolver.ask("a.example", edns=opt())
        assert (reply.header.rcode, reply.rr) == (rcode, [])
        assert extended_errors(reply) == [(BLOCKED, "your own rule: a.example")]


def test_what_a_client_asked_for_itself_is_filtered() -> None:
    # Section 4.18.
    resolver = Resolver(rule("a.example", scope="client"))
    assert extended_errors(resolver.ask("a.example", TXT, edns=opt())) == [
        (FILTERED, "your own rule: a.example")
    ]


def test_records_of_a_list_are_forged_and_those_of_ones_own_are_not() -> None:
    record = (LocalRecord(1, 60, b"\xc0\x00\x02\x09"),)
    resolver = Resolver(
        listed("a.example", action="local", records=record),
        rule("b.example", "local", records=record),
    )
    assert extended_errors(resolver.ask("a.example", edns=opt())) == [(FORGED, "")]
    assert extended_errors(resolver.ask("a.example", TXT, edns=opt())) == []
    assert extended_errors(resolver.ask("b.example", edns=opt())) == []
    assert extended_errors(resolver.ask("a.example", edns=opt(options=option(26)))) == []


def test_what_others_asked_for_is_nobodys_to_look_into() -> None:
    # Section 4.21; the cache is not for who asks for no recursion.
    resolver = Resolver(rule("a.example"))
    resolver.upstream_says("www.example.com. 300 IN A 192.0.2.1")
    resolver.ask()
    for name in ("www.example.com", "other.example"):
        reply = resolver.ask(name, flags=0, edns=opt())
        assert (reply.header.rcode, reply.rr, reply.header.rd) == (REFUSED, [], 0)
        assert [code for code, _ in extended_errors(reply)] == [NOT_AUTHORITATIVE]
    assert len(resolver.forwarded) == 1
    for name in ("a.example", "localhost"):
        assert len(resolver.ask(name, flags=0).rr) == 1


def test_what_the_upstream_blocked() -> None:
    # Its own text stays where it is: it may be for somebody else.
    resolver = Resolver()
    resolver.upstream_says("www.example.com. 300 IN A 192.0.2.1")
    says = resolver.upstream
    assert says is not None
    theirs = opt(options=option(15, b"\x00\x0fads of example"))
    resolver.upstream = lambda asked: says(asked)[:10] + b"\x00\x01" + says(asked)[12:] + theirs
    for _ in range(3):
        reply = resolver.ask(edns=opt())
        assert len(reply.rr) == 1
        assert extended_errors(reply) == [(BLOCKED_UPSTREAM, "blocked by the upstream resolver")]
    resolver.engine.datagrams.fold()
    assert resolver.engine.tally.queries == {("udp", "blocked-upstream"): 3}


def test_no_edns_no_extended_error() -> None:
    # Section 2: it is an EDNS option.
    resolver = Resolver(rule("a.example"))
    assert resolver.ask("a.example").ar == []
    assert resolver.ask("fails.example").ar == []
    assert resolver.ask("www.example.com", client="203.0.113.9").ar == []


def test_a_failure_says_which_upstream_and_the_next_that_it_is_remembered() -> None:
    # Sections 4.14 and 4.23.
    resolver = Resolver()
    reply = resolver.ask(edns=opt())
    assert reply.header.rcode == SERVFAIL
    assert extended_errors(reply) == [(NO_REACHABLE_AUTHORITY, "192.0.2.53#53 timeout")]
    reply = resolver.ask(edns=opt())
    assert reply.header.rcode == SERVFAIL
    assert [code for code, _ in extended_errors(reply)] == [CACHED_ERROR]


@pytest.mark.parametrize("qtype, nowhere", [(A, "0.0.0.0"), (AAAA, "::")])
@pytest.mark.parametrize("alias", [False, True])
def test_an_address_of_nowhere_is_how_upstreams_block(
    qtype: int, nowhere: str, alias: bool
) -> None:
    # No rebinding, which is what other addresses of that kind are taken for.
    kind = "AAAA" if qtype == AAAA else "A"
    chain = ["www.example.com. 60 IN CNAME b.example."] if alias else []
    owner = "b.example" if alias else "www.example.com"
    resolver = Resolver()
    resolver.engine.install(View(Policy(NoRules()), homes=frozenset()))
    resolver.upstream_says(*chain, f"{owner}. 60 IN {kind} {nowhere}")
    for _ in range(3):
        reply = resolver.ask(qtype=qtype, edns=opt())
        assert (reply.header.rcode, reply.rr, len(reply.auth)) == (NOERROR, [], 1)
        assert extended_errors(reply) == [(BLOCKED_UPSTREAM, "blocked by the upstream resolver")]
    resolver.engine.datagrams.fold()
    assert resolver.engine.tally.queries == {("udp", "blocked-upstream"): 3}
    assert resolver.engine.tally.accounts == {}
    resolver.upstream_says("x.example. 60 IN AAAA ::", "x.example. 60 IN AAAA ::1")
    reply = resolver.ask("x.example", AAAA, edns=opt())
    assert extended_errors(reply) == [(BLOCKED, "on the list rebinding protection")]
    resolver.engine.install(View(Policy(NoRules())))  # without that protection it is passed on
    reply = resolver.ask(qtype=qtype, edns=opt())
    assert str(reply.rr[-1].rdata) == nowhere
    assert [code for code, _ in extended_errors(reply)] == [BLOCKED_UPSTREAM]


def test_a_service_without_an_address_of_its_own_is_not_blocked_upstream() -> None:
    # Its target's address beside the answer leads home: that is rebinding.
    resolver = Resolver()
    resolver.engine.install(View(Policy(NoRules()), homes=frozenset()))
    resolver.upstream_says(
        "www.example.com. 60 IN HTTPS 1 svc.example.", additional=["svc.example. 60 IN A 10.0.0.1"]
    )
    reply = resolver.ask(qtype=HTTPS, edns=opt())
    assert extended_errors(reply) == [(BLOCKED, "on the list rebinding protection")]


def test_a_client_from_outside_is_refused_and_told_so() -> None:
    # Section 4.19.
    reply = Resolver().ask(client="203.0.113.9", edns=opt())
    assert reply.header.rcode == REFUSED
    assert [code for code, _ in extended_errors(reply)] == [PROHIBITED]


def test_a_plain_answer_has_no_extended_error() -> None:
    resolver = Resolver()
    resolver.upstream_says("www.example.com. 300 IN A 192.0.2.1")
    for _ in range(3):
        assert extended_errors(resolver.ask(edns=opt())) == []


def test_a_hostile_text_is_cut_before_the_reply_outgrows_512_octets() -> None:
    # Section 3: text is dropped before anything else would have to be.
    name = ".".join(["x" * 62] * 4)  # 253 octets, the longest there is but two
    resolver = Resolver(listed(name, list="L" * 10_000))
    for qtype in (1, 28, 65):
        reply = resolver.ask(name, qtype, edns=opt(512))
        assert (reply.header.rcode, reply.header.tc) == (NOERROR, 0)
        assert len(resolver.last) <= 512
        assert extended_errors(reply)[0][0] == BLOCKED
        (_, text), *_ = extended_errors(resolver.ask(name, qtype, edns=opt()))
        assert text == ("on the list " + "L" * 10_000)[:200]


def test_a_text_that_is_not_ascii_is_still_readable() -> None:
    # Section 3: EXTRA-TEXT is UTF-8; what is sent must decode.
    resolver = Resolver(listed("a.example", list="Größe"))
    ((_, text),) = extended_errors(resolver.ask("a.example", TXT, edns=opt()))
    assert text == "on the list Größe"


def test_an_upstreams_extended_error_is_not_relayed() -> None:
    # Hop by hop, as its OPT record is.
    resolver = Resolver()
    resolver.upstream_says("www.example.com. 300 IN A 192.0.2.1")
    says = resolver.upstream
    assert says is not None
    theirs = opt(options=b"\x00\x0f\x00\x08\x00\x0cpoison")
    resolver.upstream = lambda asked: says(asked)[:10] + b"\x00\x01" + says(asked)[12:] + theirs
    assert extended_errors(resolver.ask(edns=opt())) == []
    assert b"poison" not in resolver.last
