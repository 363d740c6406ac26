"""RFC 9460 section 9.2 and RFC 2308: a blocked name says the same at every type.

When A and HTTPS disagree, a browser takes the address from the one that answers.
"""

from ipaddress import ip_address

import pytest

from blocker.core.engine import View
from blocker.core.sinkhole import Mode, Sinkhole
from tests.support.packets import (
    AAAA,
    ANY,
    CH,
    HTTPS,
    MX,
    NOERROR,
    NXDOMAIN,
    REFUSED,
    SVCB,
    TXT,
    A,
    classes,
    lines,
    opt,
)
from tests.support.resolver import Resolver
from tests.support.rules import policy, rule

NULL_SOA = "a.example. 30 SOA localhost. nobody.invalid. 1 3600 1200 604800 30"
TYPES = (A, AAAA, HTTPS, SVCB, TXT, MX, ANY, 1234)
CUSTOM = Sinkhole(
    ipv4=(ip_address("192.0.2.80").packed,), ipv6=(ip_address("2001:db8::80").packed,), ttl=10
)


def test_null_ip_is_an_address_for_a_and_aaaa_and_nodata_for_the_rest() -> None:
    resolver = Resolver(rule("example"))
    assert lines(resolver.ask("a.example", A).rr) == ["a.example. 30 A 0.0.0.0"]
    assert lines(resolver.ask("a.example", AAAA).rr) == ["a.example. 30 AAAA ::"]
    for qtype in TYPES[2:]:
        reply = resolver.ask("a.example", qtype)
        assert (reply.header.rcode, reply.rr) == (NOERROR, [])
        assert lines(reply.auth) == [NULL_SOA]


def test_addresses_of_ones_own() -> None:
    resolver = Resolver(rule("example"), sinkhole=CUSTOM)
    assert lines(resolver.ask("a.example", A).rr) == ["a.example. 10 A 192.0.2.80"]
    assert lines(resolver.ask("a.example", AAAA).rr) == ["a.example. 10 AAAA 2001:db8::80"]
    assert [record.ttl for record in resolver.ask("a.example", HTTPS).auth] == [10]


def test_an_address_of_one_family_only_is_nodata_for_the_other() -> None:
    resolver = Resolver(rule("example"), sinkhole=Sinkhole(ipv6=()))
    reply = resolver.ask("a.example", AAAA)
    assert (reply.header.rcode, reply.rr, lines(reply.auth)) == (NOERROR, [], [NULL_SOA])


@pytest.mark.parametrize(
    "sinkhole, rcode, authority",
    [
        (Sinkhole("nxdomain"), NXDOMAIN, [NULL_SOA]),
        (Sinkhole("nodata"), NOERROR, [NULL_SOA]),
        (Sinkhole("refused"), REFUSED, []),
    ],
    ids=["nxdomain", "nodata", "refused"],
)
@pytest.mark.parametrize("qtype", TYPES)
def test_the_other_modes(sinkhole: Sinkhole, rcode: int, authority: list[str], qtype: int) -> None:
    resolver = Resolver(rule("example"), sinkhole=sinkhole)
    for tcp in (False, False, False, True):
        reply = resolver.ask("a.example", qtype, edns=opt(), tcp=tcp)
        assert (reply.header.rcode, reply.rr, lines(reply.auth)) == (rcode, [], authority)


def test_a_blocked_reply_is_no_authority_and_not_authenticated() -> None:
    # RFC 6840 section 5.8: AD says that we checked signatures. We did not.
    reply = Resolver(rule("example")).ask("a.example", flags=0x0130)  # RD, AD, CD
    assert (reply.header.aa, reply.header.ad, reply.header.ra, reply.header.cd) == (0, 0, 1, 1)


def test_a_blocked_name_of_another_class_gets_no_internet_address() -> None:
    reply = Resolver(rule("example")).ask("a.example", qclass=CH)
    assert (reply.rr, classes(reply.rr)) == ([], set())


def test_groups_that_share_a_policy_need_not_share_a_sinkhole() -> None:
    shared = policy(rule("example"))
    resolver = Resolver()
    modes: dict[Mode, int] = {"addresses": NOERROR, "nxdomain": NXDOMAIN, "refused": REFUSED}
    for mode, rcode in modes.items():
        resolver.engine.install(View(shared, Sinkhole(mode)))
        assert resolver.ask("a.example").header.rcode == rcode


def test_nothing_of_a_blocked_name_goes_upstream() -> None:
    resolver = Resolver(rule("example"))
    for qtype in (*TYPES, 43, 252, 251):
        resolver.ask("a.b.example", qtype)
    assert resolver.forwarded == []
