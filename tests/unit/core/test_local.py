"""Records of rules: aliases among them, and what is left to the upstreams."""

from typing import Any

from blocker.core.names import from_text
from blocker.core.rule import LocalRecord, Rule
from tests.support.packets import AAAA, A, lines
from tests.support.resolver import Resolver
from tests.support.rules import rule

CNAME, TXT = 5, 16


def alias(name: str, target: str, **fields: Any) -> Rule:
    record = LocalRecord(CNAME, 60, from_text(target))
    return rule(name, "local", records=(record,), **fields)


def address(name: str, packed: bytes, **fields: Any) -> Rule:
    return rule(name, "local", records=(LocalRecord(A, 60, packed),), **fields)


def test_aliases_lead_through_local_records_to_an_upstream() -> None:
    resolver = Resolver(alias("=a.example", "b.example"), alias("=b.example", "c.example"))
    resolver.upstream_says("c.example. 300 IN A 192.0.2.1")
    reply = resolver.ask("a.example")
    assert lines(reply.rr) == [
        "a.example. 60 CNAME b.example.",
        "b.example. 60 CNAME c.example.",
        "c.example. 300 A 192.0.2.1",
    ]
    assert reply.header.aa


def test_a_type_that_a_local_name_has_not_is_no_data() -> None:
    reply = Resolver(address("=a.example", b"\xc0\x00\x02\x01")).ask("a.example", AAAA)
    assert (reply.header.rcode, reply.rr, len(reply.auth)) == (0, [], 1)


def test_an_alias_of_itself_leaves_the_name_to_the_upstreams() -> None:
    wild = alias("a.example", "sub.a.example", match="below")
    resolver = Resolver(wild)
    resolver.upstream_says("sub.a.example. 300 IN A 192.0.2.1")
    reply = resolver.ask("SUB.a.example")
    assert lines(reply.rr) == ["SUB.a.example. 300 A 192.0.2.1"]
    assert not reply.header.aa
    assert lines(resolver.ask("x.a.example").rr) == [
        "x.a.example. 60 CNAME sub.a.example.",
        "sub.a.example. 300 A 192.0.2.1",
    ]


def test_aliases_in_a_circle_end() -> None:
    reply = Resolver(alias("=a.example", "b.example"), alias("=b.example", "a.example")).ask(
        "a.example"
    )
    assert reply.header.rcode == 0
    assert 2 <= len(reply.rr) < 20


def test_a_special_name_is_not_forwarded_behind_an_alias_either() -> None:
    resolver = Resolver(alias("=a.example", "localhost"), alias("=b.example", "nas.local"))
    assert lines(resolver.ask("a.example").rr)[1:] == ["localhost. 10800 A 127.0.0.1"]
    assert resolver.ask("b.example").header.rcode == 3
    assert resolver.forwarded == []


def test_records_for_where_an_answer_leads_are_no_data_of_that_name() -> None:
    from_upstream = ("www.example.com. 300 IN CNAME a.example.", "a.example. 300 IN A 192.0.2.9")
    by_name = Resolver(address("=a.example", b"\xc0\x00\x02\x01"))
    by_name.upstream_says(*from_upstream)
    reply = by_name.ask("www.example.com")
    assert [str(record.rdata) for record in reply.rr] == ["a.example.", "192.0.2.1"]
    assert reply.header.aa
