"""RFC 6761, 6762, 6303, 7686, 8375, 9462, 9476: names that are answered here and never forwarded.

Matched on whole labels: a name that merely ends in the same letters is a name like any other.
"""

import pytest

from tests.support.packets import (
    AAAA,
    ANY,
    AXFR,
    CH,
    DS,
    HTTPS,
    NOERROR,
    NXDOMAIN,
    PTR,
    REFUSED,
    SERVFAIL,
    TXT,
    A,
    extended_errors,
    lines,
    opt,
)
from tests.support.resolver import Resolver
from tests.support.rules import rule

NONEXISTENT = [
    "invalid",  # RFC 6761 section 6.4
    "a.b.invalid",
    "test",  # section 6.2
    "www.test",
    "printer.local",  # RFC 6762 section 22.1
    "facebookcorewwwi.onion",  # RFC 7686
    "a.alt",  # RFC 9476
    "nas.internal",  # reserved by ICANN in 2024
    *("nas.lan", "lan", "www.corp", "a.b.home", "wiki.intranet", "x.private"),  # RFC 6762 app. G
    "home.arpa",  # RFC 8375
    "router.home.arpa",
    "use-application-dns.net",
    "mask.icloud.com",
    "mask-h2.icloud.com",
]
PRIVATE_REVERSE = [  # RFC 6303, 7793 and 6762 section 12
    "1.0.0.10.in-addr.arpa",
    "10.in-addr.arpa",
    "1.0.16.172.in-addr.arpa",
    "1.0.31.172.in-addr.arpa",
    "1.1.168.192.in-addr.arpa",
    "1.0.64.100.in-addr.arpa",
    "1.0.127.100.in-addr.arpa",
    "1.1.254.169.in-addr.arpa",
    "1.2.0.192.in-addr.arpa",
    "1.100.51.198.in-addr.arpa",
    "1.113.0.203.in-addr.arpa",
    "255.255.255.255.in-addr.arpa",
    "0.in-addr.arpa",
    "2.0.0.127.in-addr.arpa",
    "a.1.0.0.127.in-addr.arpa",
    "a.1." + "0." * 31 + "ip6.arpa",
    "0." * 32 + "ip6.arpa",
    "1.0.0.d.f.ip6.arpa",
    "1.0.8.e.f.ip6.arpa",
    "1.0.b.e.f.ip6.arpa",
    "1.8.b.d.0.1.0.0.2.ip6.arpa",
]
ORDINARY = [  # one label, one digit or one letter beside a special name
    "notlocalhost",
    "xlocal",
    "xlan",
    "lan.example",
    "onion.example",
    "fooresolver.arpa",
    "xhome.arpa",
    "8.in-addr.arpa",
    "110.in-addr.arpa",
    "1.0.15.172.in-addr.arpa",
    "1.0.32.172.in-addr.arpa",
    "1.0.63.100.in-addr.arpa",
    "1.0.128.100.in-addr.arpa",
    "1.167.192.in-addr.arpa",
    "254.255.255.255.in-addr.arpa",
    "2." + "0." * 31 + "ip6.arpa",
    "c.f.ip6.arpa",
    "7.e.f.ip6.arpa",
    "c.e.f.ip6.arpa",
    "9.b.d.0.1.0.0.2.ip6.arpa",
    "icloud.com",
    "xmask.icloud.com",
    "application-dns.net",
]


@pytest.mark.parametrize("name", NONEXISTENT)
@pytest.mark.parametrize("qtype", [A, AAAA, HTTPS, TXT, ANY])
def test_there_is_no_such_name_and_nobody_is_asked(name: str, qtype: int) -> None:
    resolver = Resolver()
    reply = resolver.ask(name, qtype, edns=opt())
    assert (reply.header.rcode, reply.rr, len(reply.auth)) == (NXDOMAIN, [], 1)
    assert [code for code, _ in extended_errors(reply)] == [29]  # Synthesized
    assert resolver.forwarded == []


@pytest.mark.parametrize("name", PRIVATE_REVERSE)
def test_private_addresses_have_no_names_here(name: str) -> None:
    resolver = Resolver()
    assert resolver.ask(name, PTR).header.rcode == NXDOMAIN
    assert resolver.forwarded == []


@pytest.mark.parametrize("name", ["1.0.0.127.in-addr.arpa", "1." + "0." * 31 + "ip6.arpa"])
def test_the_loopback_addresses_are_localhost(name: str) -> None:
    resolver = Resolver()
    reply = resolver.ask(name, PTR)
    assert [str(record.rdata) for record in reply.rr] == ["localhost."]
    assert reply.header.aa
    assert (resolver.ask(name, TXT).header.rcode, resolver.forwarded) == (0, [])


@pytest.mark.parametrize("name", ORDINARY)
def test_whole_labels_decide(name: str) -> None:
    resolver = Resolver()
    resolver.ask(name, PTR)
    assert len(resolver.forwarded) == 1


def test_letters_inside_a_label_are_no_zone() -> None:
    # The label `a\.10\007in-addr` ends in the octets of `10.in-addr`, length octet and all.
    resolver = Resolver()
    resolver.ask(b"\x0ca\x0210\x07in-addr\x04arpa\x00", PTR)
    assert len(resolver.forwarded) == 1


@pytest.mark.parametrize("name", ["localhost", "LocalHost", "a.localhost", "a.b.localhost"])
def test_localhost_is_this_host(name: str) -> None:
    # RFC 6761 section 6.3 item 4.
    resolver = Resolver()
    assert [str(record.rdata) for record in resolver.ask(name).rr] == ["127.0.0.1"]
    assert [str(record.rdata) for record in resolver.ask(name, AAAA).rr] == ["::1"]
    for qtype in (HTTPS, TXT, 15):
        reply = resolver.ask(name, qtype)
        assert (reply.header.rcode, reply.rr, len(reply.auth)) == (NOERROR, [], 1)
    assert resolver.forwarded == []


def test_localhost_of_another_class_is_refused() -> None:
    resolver = Resolver()
    reply = resolver.ask("localhost", qclass=CH)
    assert (reply.header.rcode, reply.rr) == (REFUSED, [])
    assert resolver.ask("test", AXFR).header.rcode == REFUSED


@pytest.mark.parametrize("name", ["resolver.arpa", "_dns.resolver.arpa"])
def test_no_encrypted_resolver_is_announced(name: str) -> None:
    # RFC 9462 section 4 and 6.4: NODATA, never forwarded.
    resolver = Resolver()
    reply = resolver.ask(name, 64)
    assert (reply.header.rcode, reply.rr, len(reply.auth)) == (NOERROR, [], 1)
    assert resolver.forwarded == []


def test_ds_of_home_arpa_is_forwarded() -> None:
    # RFC 8375 section 4 item 4: the proof that the zone is unsigned.
    resolver = Resolver()
    resolver.upstream_says(
        authority=["arpa. 300 IN SOA a.root-servers.net. nstld.verisign-grs.com. 1 2 3 4 60"]
    )
    assert resolver.ask("Home.Arpa", DS).header.rcode == NOERROR
    assert [asked.qtype for asked in resolver.forwarded] == [DS]


def test_ds_below_home_arpa_is_not() -> None:
    # It would tell the upstream what devices there are.
    resolver = Resolver()
    assert resolver.ask("router.home.arpa", DS).header.rcode == NXDOMAIN
    assert resolver.forwarded == []


def test_the_proof_that_a_reverse_zone_is_unsigned_comes_from_its_parent() -> None:
    resolver = Resolver()
    resolver.ask("10.in-addr.arpa", DS)
    assert len(resolver.forwarded) == 1
    assert resolver.ask("1.10.in-addr.arpa", DS).header.rcode == NXDOMAIN
    assert len(resolver.forwarded) == 1


def test_ds_of_other_special_names_is_not_forwarded() -> None:
    resolver = Resolver()
    for name in ("local", "test", "onion"):
        assert resolver.ask(name, DS).header.rcode == NXDOMAIN
    assert resolver.forwarded == []


def test_no_rule_has_a_special_name_forwarded() -> None:
    resolver = Resolver(rule("local", "allow"), rule("home.arpa", "block"))
    assert resolver.ask("printer.local").header.rcode == NXDOMAIN
    assert [str(record.rdata) for record in resolver.ask("nas.home.arpa").rr] == ["0.0.0.0"]
    assert resolver.forwarded == []


def test_the_negative_answer_says_how_long() -> None:
    # RFC 2308 section 3, RFC 6303 section 3.
    resolver = Resolver()
    assert lines(resolver.ask("a.invalid").auth) == [
        "a.invalid. 3600 SOA localhost. nobody.invalid. 1 3600 1200 604800 3600"
    ]


def test_an_ordinary_name_fails_when_its_upstream_does() -> None:
    assert Resolver().ask("notlocalhost").header.rcode == SERVFAIL
