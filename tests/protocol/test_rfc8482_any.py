"""RFC 8482 and RFC 5936: questions that only an attacker gains from, and other classes."""

import pytest

from blocker.core.policy import Rule
from tests.support.packets import ANY, AXFR, CH, NOERROR, REFUSED, TXT, A, lines, opt
from tests.support.resolver import Resolver
from tests.support.rules import local, rule


@pytest.mark.parametrize("tcp", [False, True])
def test_any_gets_one_small_record(tcp: bool) -> None:
    # RFC 8482 section 4.2.
    resolver = Resolver()
    reply = resolver.ask(qtype=ANY, edns=opt(), tcp=tcp)
    assert reply.header.rcode == NOERROR
    assert [(record.rtype, record.ttl) for record in reply.rr] == [(13, 3600)]
    assert resolver.last.find(b"\x07RFC8482\x00") > 0
    assert resolver.forwarded == []


def test_any_is_the_same_when_there_is_something() -> None:
    resolver = Resolver()
    resolver.upstream_says("www.example.com. 300 IN A 192.0.2.1")
    resolver.ask()
    assert [record.rtype for record in resolver.ask(qtype=ANY).rr] == [13]


@pytest.mark.parametrize("qtype", [251, AXFR, 253, 254, 249, 250, 128, 41])
@pytest.mark.parametrize("tcp", [False, True])
def test_transfers_and_meta_types_are_refused(qtype: int, tcp: bool) -> None:
    # RFC 5936 section 2.2.1, RFC 6895 section 3.1: 128 to 255 ask about the exchange itself.
    resolver = Resolver()
    reply = resolver.ask(qtype=qtype, tcp=tcp)
    assert (reply.header.rcode, lines(reply.rr), resolver.forwarded) == (REFUSED, [], [])


@pytest.mark.parametrize("made", [rule("a.example"), local("a.example", "b.example")])
@pytest.mark.parametrize("qtype, qclass", [(AXFR, 1), (41, 1), (A, CH)])
def test_also_where_a_rule_knows_the_name(made: Rule, qtype: int, qclass: int) -> None:
    reply = Resolver(made).ask("a.example", qtype, qclass=qclass)
    assert (reply.header.rcode, reply.header.aa, reply.rr) == (REFUSED, 0, [])


@pytest.mark.parametrize("qclass", [0, CH, 4, 254, 255])
@pytest.mark.parametrize("qtype", [A, TXT, ANY])
def test_other_classes_are_refused(qclass: int, qtype: int) -> None:
    # version.bind and its like say nothing here, and are no upstream's business.
    resolver = Resolver()
    reply = resolver.ask("version.bind", qtype, qclass=qclass)
    assert (reply.header.rcode, lines(reply.rr), resolver.forwarded) == (REFUSED, [], [])
