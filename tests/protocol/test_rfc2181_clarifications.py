"""RFC 2181: TTLs, sets of records, and which data may be given as an answer."""

import pytest

from tests.support.packets import AAAA, A, lines, query, read, response
from tests.support.resolver import Resolver


def test_the_records_of_a_set_share_the_lowest_ttl() -> None:
    # Section 5.2.
    resolver = Resolver()
    resolver.upstream_says(
        "www.example.com. 300 IN CNAME web.example.com.",
        "web.example.com. 120 IN A 192.0.2.1",
        "web.example.com. 60 IN A 192.0.2.2",
    )
    assert lines(resolver.ask().rr) == [
        "www.example.com. 300 CNAME web.example.com.",
        "web.example.com. 60 A 192.0.2.1",
        "web.example.com. 60 A 192.0.2.2",
    ]
    resolver.wait(59)
    assert [record.ttl for record in resolver.ask().rr] == [241, 1, 1]


@pytest.mark.parametrize("ttl", [0x8000_0000, 0xFFFF_FFFF], ids=hex)
def test_a_ttl_with_its_top_bit_set_is_zero(ttl: int) -> None:
    # Section 8.
    resolver = Resolver()
    resolver.upstream_says(f"www.example.com. {ttl} IN A 192.0.2.1")
    assert resolver.ask().rr[0].ttl == 0
    resolver.ask()
    assert len(resolver.forwarded) == 2


def test_a_long_ttl_is_cut_to_a_day_from_the_first_reply_on() -> None:
    resolver = Resolver()
    resolver.upstream_says("www.example.com. 604800 IN A 192.0.2.1")
    assert resolver.ask().rr[0].ttl == 86_400
    assert resolver.ask().rr[0].ttl == 86_400


def test_authority_and_additional_are_never_answers() -> None:
    # Section 5.4.1: the least trustworthy data; here it is what a poisoner would send.
    resolver = Resolver()
    resolver.upstream_says(
        "www.example.com. 300 IN A 192.0.2.1",
        authority=["example.com. 300 IN NS ns.victim.example."],
        additional=["ns.victim.example. 300 IN A 203.0.113.66"],
    )
    reply = resolver.ask()
    assert lines(reply.rr) == ["www.example.com. 300 A 192.0.2.1"]
    assert (reply.auth, reply.ar) == ([], [])
    resolver.ask("ns.victim.example")
    assert len(resolver.forwarded) == 2


def test_strays_in_the_answer_section_are_dropped() -> None:
    # Only what the chain from the question's name reaches is kept.
    resolver = Resolver()
    resolver.upstream_says(
        "www.example.com. 300 IN A 192.0.2.1",
        "bank.example. 300 IN A 203.0.113.66",
        "www.example.com. 300 IN TXT stray",
    )
    for _ in range(3):
        assert lines(resolver.ask().rr) == ["www.example.com. 300 A 192.0.2.1"]


def test_tc_means_no_part_of_a_set() -> None:
    # Section 9: a cut set must not be mistaken for a whole one, so nothing is sent.
    resolver = Resolver()
    resolver.upstream_says(*(f"www.example.com. 300 IN AAAA 2001:db8::{n}" for n in range(1, 41)))
    reply = resolver.ask(qtype=AAAA)
    assert (reply.header.tc, reply.rr) == (1, [])


def test_a_truncated_answer_from_upstream_is_not_believed() -> None:
    resolver = Resolver()
    forward_query = query("www.example.com", A)
    resolver.upstream_says("www.example.com. 300 IN A 192.0.2.1", tc=1)
    assert read(resolver.send(forward_query) or b"").header.rcode == 2
    assert len(resolver.engine.answers) == 0


@pytest.mark.parametrize(
    "asked",
    [
        query("ftp.example.com")[12:],
        query("www.example.com", AAAA)[12:],
        query("www.example.com", qclass=3)[12:],
    ],
    ids=["another name", "another type", "another class"],
)
def test_an_answer_to_another_question_is_not_believed(asked: bytes) -> None:
    # RFC 5452 section 9.1.
    resolver = Resolver()
    resolver.upstream = lambda _: response(asked, "www.example.com. 300 IN A 192.0.2.1")
    assert resolver.ask().header.rcode == 2
    assert len(resolver.engine.answers) == 0


def test_a_record_of_another_class_is_no_answer() -> None:
    # Section 5: a set is of one name, class and type.
    resolver = Resolver()
    resolver.upstream_says(
        "www.example.com. 300 CH A 192.0.2.1", "www.example.com. 300 IN A 192.0.2.2"
    )
    for _ in range(3):
        assert lines(resolver.ask().rr) == ["www.example.com. 300 A 192.0.2.2"]
    resolver = Resolver()
    resolver.upstream_says("www.example.com. 300 CH CNAME a.example.com.")
    assert resolver.ask().rr == []
