"""The cases of blocky about DNS rebinding: which answers are kept from clients."""

import pytest
from dnslib import QTYPE

from blocker.config.units import zone
from blocker.core.engine import View
from blocker.core.names import from_text
from tests.support.resolver import Resolver
from tests.support.rules import policy

ALLOWED = "Intranet.Example.COM."
REBIND, NAS = "rebind.example.com", "nas.intranet.example.com"


@pytest.mark.parametrize(
    "case, name, rtype, records, kept",
    [
        ("B214", REBIND, "A", ["A 172.16.5.5"], True),
        ("B215", REBIND, "A", ["A 192.168.1.100"], True),
        ("B216", REBIND, "A", ["A 127.0.0.1"], True),
        ("B217", REBIND, "A", ["A 169.254.10.10"], True),
        ("unspecified", REBIND, "A", ["A 0.0.0.0"], True),
        ("ten", REBIND, "A", ["A 10.0.0.1"], True),
        ("B220", REBIND, "AAAA", ["AAAA ::1"], True),
        ("B221", REBIND, "AAAA", ["AAAA fe80::1"], True),
        ("unique local", REBIND, "AAAA", ["AAAA fd00::1"], True),
        ("B223", REBIND, "AAAA", ["AAAA ::ffff:c0a8:101"], True),
        ("NAT64", REBIND, "AAAA", ["AAAA 64:ff9b::c0a8:101"], True),
        ("a hint of HTTPS", REBIND, "HTTPS", ["HTTPS 1 . ipv4hint=192.168.1.1"], True),
        ("public hint", REBIND, "HTTPS", ["HTTPS 1 . ipv4hint=9.9.9.9"], False),
        ("public", "example.com", "A", ["A 9.9.9.9"], False),
        ("B228", "example.com", "AAAA", ["AAAA 2001:db8::1"], False),
        ("one of two", REBIND, "A", ["A 9.9.9.9", "A 192.168.1.1"], True),
        ("text", REBIND, "TXT", ["TXT 192.168.1.1"], False),
        ("B235", "intranet.example.com", "A", ["A 192.168.1.50"], False),
        ("B236", NAS, "A", ["A 192.168.1.51"], False),
        ("B237", "notintranet.example.com", "A", ["A 192.168.1.52"], True),
    ],
)
def test_answer(case: str, name: str, rtype: str, records: list[str], kept: bool) -> None:
    resolver = Resolver()
    resolver.upstream_says(*(f"{name}. 60 IN {record}" for record in records))
    resolver.engine.install(View(policy(), homes=frozenset((from_text(zone(ALLOWED)),))))
    told = resolver.ask(name, QTYPE.reverse[rtype])
    assert told.header.rcode == 0
    assert bool(told.rr) != kept, case


def test_b233_what_stands_in_the_authority_section_leads_nowhere() -> None:
    resolver = Resolver()
    resolver.upstream_says(authority=[f"{REBIND}. 60 IN A 192.168.1.1"])
    resolver.engine.install(View(policy(), homes=frozenset()))
    told = resolver.ask(REBIND)
    assert (told.header.rcode, told.rr) == (0, [])
    assert b"\xc0\xa8\x01\x01" not in told.pack()


def test_b234_nor_does_an_alias() -> None:
    resolver = Resolver()
    resolver.upstream_says(
        "evil.example.org. 60 CNAME target.example.org.", "target.example.org. 60 A 10.0.0.5"
    )
    resolver.engine.install(View(policy(), homes=frozenset()))
    assert resolver.ask("evil.example.org").rr == []


def test_b239_a_dot_inside_a_label_makes_no_zone() -> None:
    resolver = Resolver()
    resolver.upstream = lambda asked: (
        bytes.fromhex("515181800001000100000000")
        + asked.question
        + bytes.fromhex("c00c00010001000000300004c0a80142")
    )
    resolver.engine.install(View(policy(), homes=frozenset((from_text(zone(ALLOWED)),))))
    assert resolver.ask(b"\x0devil.intranet\x07example\x03com\x00").rr == []
    assert len(resolver.ask("evil.intranet.example.com").rr) == 1
