"""`_dns.resolver.arpa` tells what is offered encrypted; dnslib judges the records."""

from blocker.core.designated import Service, service_records
from tests.support.packets import NOERROR, lines, opt
from tests.support.resolver import Resolver

SVCB = 64
OFFERED = service_records(
    "dns.home.example",
    [
        Service(("dot",), 853, ("192.0.2.1", "2001:db8::1")),
        Service(("h2", "http/1.1"), 8443),
    ],
)


def resolver(services: tuple[bytes, ...] = OFFERED) -> Resolver:
    made = Resolver()
    made.engine.services = services
    return made


def test_every_way_is_a_record_in_its_order() -> None:
    asked = resolver()
    reply = asked.ask("_dns.resolver.arpa", qtype=SVCB, edns=opt())
    assert reply.header.rcode == NOERROR
    assert reply.header.aa == 1
    first, second = (bytes(record.rdata.data) for record in reply.rr)
    name = b"\x03dns\x04home\x07example\x00"
    assert first == (
        b"\x00\x01" + name + b"\x00\x01\x00\x04\x03dot" + b"\x00\x03\x00\x02\x03\x55"
        b"\x00\x04\x00\x04\xc0\x00\x02\x01"
        b"\x00\x06\x00\x10\x20\x01\x0d\xb8" + bytes(11) + b"\x01"
    )
    assert second == (
        b"\x00\x02" + name + b"\x00\x01\x00\x0c\x02h2\x08http/1.1" + b"\x00\x03\x00\x02\x20\xfb"
        b"\x00\x07\x00\x10/dns-query{?dns}"
    )
    assert asked.forwarded == []


def test_who_offers_nothing_says_so() -> None:
    asked = resolver(())
    reply = asked.ask("_dns.resolver.arpa", qtype=SVCB)
    assert (reply.header.rcode, lines(reply.rr), asked.forwarded) == (NOERROR, [], [])


def test_other_questions_there_are_answered_here_and_have_no_data() -> None:
    asked = resolver()
    for name, qtype in (
        ("_dns.resolver.arpa", 1),
        ("resolver.arpa", SVCB),
        ("a._dns.resolver.arpa", SVCB),
    ):
        reply = asked.ask(name, qtype=qtype)
        assert (lines(reply.rr), asked.forwarded) == ([], [])
    asked.upstream_says("fooresolver.arpa. 300 IN A 192.0.2.1")
    asked.ask("fooresolver.arpa")
    assert len(asked.forwarded) == 1
