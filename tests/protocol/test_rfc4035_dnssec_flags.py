"""RFC 4035 section 3.2 and RFC 6840: DO, CD and AD where nothing is validated."""

import pytest

from tests.support.packets import DS, lines, opt, wire
from tests.support.resolver import Resolver
from tests.support.rules import rule

RD, AD, CD = 0x0100, 0x0020, 0x0110
ANSWER = (
    "www.example.com. 300 IN A 192.0.2.1",
    "www.example.com. 300 IN RRSIG A 8 3 300 20300101000000 20200101000000 1 example.com. c2ln",
)


def test_do_and_cd_are_kept_apart() -> None:
    # RFC 6840 section 5.9: what was fetched with CD may be bogus to those who asked without.
    resolver = Resolver()
    resolver.upstream_says("www.example.com. 300 IN A 192.0.2.1")
    for _ in range(3):
        for flags in (0x0100, CD):
            resolver.ask(flags=flags)
            resolver.ask(flags=flags, edns=opt())
            resolver.ask(flags=flags, edns=opt(do=True))
    asked = [(forward.do, forward.cd) for forward in resolver.forwarded]
    assert sorted(asked) == [(False, False), (False, True), (True, False), (True, True)]


def test_cd_is_copied() -> None:
    # RFC 4035 section 3.2.2.
    resolver = Resolver()
    resolver.upstream_says("www.example.com. 300 IN A 192.0.2.1")
    for _ in range(3):
        assert resolver.ask(flags=CD).header.cd == 1
        assert resolver.ask().header.cd == 0


def test_signatures_come_along_with_what_they_sign() -> None:
    # RFC 4035 section 3.1.1.
    resolver = Resolver()
    resolver.upstream_says(*ANSWER)
    for _ in range(3):
        assert [record.rtype for record in resolver.ask(edns=opt(do=True)).rr] == [1, 46]


def test_who_does_not_say_do_gets_no_signatures() -> None:
    # RFC 4035 section 3.2.1, RFC 3225 section 3: unless they are asked for by their type.
    resolver = Resolver()
    resolver.upstream_says(*ANSWER)
    for _ in range(3):
        for edns in (b"", opt()):
            assert [record.rtype for record in resolver.ask(edns=edns).rr] == [1]
    resolver.upstream_says(ANSWER[1])
    assert [record.rtype for record in resolver.ask(qtype=46).rr] == [46]
    resolver.upstream_says(
        authority=[
            "example.com. 300 IN SOA ns.example.com. host.example.com. 1 2 3 4 60",
            "www.example.com. 300 IN NSEC x.example.com. A RRSIG NSEC",
        ]
    )
    assert [record.rtype for record in resolver.ask(qtype=DS).auth] == [6]


def test_proofs_come_along_with_a_negative_answer() -> None:
    resolver = Resolver()
    resolver.upstream_says(
        authority=[
            "example.com. 300 IN SOA ns.example.com. host.example.com. 1 2 3 4 60",
            "www.example.com. 300 IN NSEC x.example.com. A RRSIG NSEC",
        ]
    )
    for _ in range(3):
        reply = resolver.ask(qtype=DS, edns=opt(do=True))
        assert [(record.rtype, record.ttl) for record in reply.auth] == [(6, 60), (47, 60)]


SIGNED = "300 IN RRSIG {} 8 2 300 20300101000000 20200101000000 1 example.com. c2ln"
WILDCARD = (
    "example.com. 200 IN NS ns.example.com.",
    "example.com. " + SIGNED.format("NS"),
    "a.example.com. 200 IN NSEC z.example.com. A RRSIG NSEC",
    "a.example.com. " + SIGNED.format("NSEC"),
)


def test_the_proof_that_an_answer_is_a_wildcards_comes_along() -> None:
    # RFC 4035 section 3.1.3.3: without it, whoever validates takes the answer for bogus.
    resolver = Resolver()
    resolver.upstream_says(*ANSWER, authority=WILDCARD)
    for _ in range(3):
        reply = resolver.ask(edns=opt(do=True))
        assert [record.rtype for record in (*reply.rr, *reply.auth)] == [1, 46, 47, 46]
        assert resolver.ask().auth == []
    resolver.wait(200)
    resolver.ask(edns=opt(do=True))
    assert len(resolver.forwarded) == 3  # the answer is good as long as its proof


def test_of_a_negative_answer_only_what_proves_it_comes_along() -> None:
    soa = "example.com. 300 IN SOA ns.example.com. host.example.com. 1 2 3 4 60"
    resolver = Resolver()
    resolver.upstream_says(authority=[soa, *WILDCARD, "example.com. " + SIGNED.format("SOA")])
    reply = resolver.ask(edns=opt(do=True))
    assert [record.rtype for record in reply.auth] == [6, 47, 46, 46]


def test_the_signature_of_a_dname_comes_along() -> None:
    # RFC 6672 section 5.3.1: an alias made of it has none of its own.
    made = (
        f"example.com. 300 IN DNAME {wire('example.net').hex()}",
        "example.com. " + SIGNED.format("DNAME"),
    )
    found = ("www.example.com. 300 IN CNAME www.example.net.", "www.example.net. 60 IN A 192.0.2.1")
    resolver = Resolver()
    resolver.upstream_says(*made, *found, "example.com. " + SIGNED.format("NS"))
    for _ in range(3):
        reply = resolver.ask(edns=opt(do=True))
        assert [record.rtype for record in reply.rr] == [39, 46, 5, 1]
        assert [record.rtype for record in resolver.ask().rr] == [39, 5, 1]


def test_ad_of_an_upstream_in_clear_text_is_not_passed_on() -> None:
    # RFC 4035 section 4.9.3: we did not check, and the way here is open to everyone.
    resolver = Resolver()
    resolver.upstream_says("www.example.com. 300 IN A 192.0.2.1", ad=1)
    for _ in range(3):
        reply = resolver.ask(flags=0x0120, edns=opt(do=True))
        assert (reply.header.ad, lines(reply.rr)) == (0, ["www.example.com. 300 A 192.0.2.1"])


@pytest.mark.parametrize(
    "flags, do, told",
    [(RD, False, 0), (RD | AD, False, 1), (RD, True, 1), (RD | AD | CD, True, 1)],
)
def test_ad_is_for_who_understands_it(flags: int, do: bool, told: int) -> None:
    # RFC 6840 section 5.8: who set AD or DO; and from an upstream that has proved who it is.
    resolver = Resolver()
    resolver.authenticated = True
    resolver.upstream_says("www.example.com. 300 IN A 192.0.2.1", ad=1)
    for _ in range(3):
        assert resolver.ask(flags=flags, edns=opt(do=do)).header.ad == told
    assert len(resolver.forwarded) == 1


def test_what_is_not_the_upstreams_word_is_not_authentic() -> None:
    # Blocked, out of date, of our own, and what the upstream itself does not vouch for.
    resolver = Resolver(rule("blocked.example"))
    resolver.authenticated = True
    resolver.upstream_says("www.example.com. 60 IN A 192.0.2.1")
    assert resolver.ask(edns=opt(do=True)).header.ad == 0
    resolver.wait(60)
    resolver.upstream_says("www.example.com. 60 IN A 192.0.2.1", ad=1)
    assert resolver.ask(edns=opt(do=True)).header.ad == 1
    resolver.wait(60)
    resolver.upstream_fails()
    for name in ("www.example.com", "blocked.example", "localhost", "fails.example"):
        assert resolver.ask(name, edns=opt(do=True)).header.ad == 0
