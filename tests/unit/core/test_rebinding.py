"""Which addresses are of the home, and which names may lead there."""

from ipaddress import ip_address

import pytest

from blocker.core.engine import View
from blocker.core.names import from_text
from blocker.core.policy import Verdict
from blocker.core.rebinding import KEPT_AWAY, is_kept_away, leads_home
from blocker.core.records import BadRecord, Record, read
from blocker.core.wire import AAAA, HEADER, A
from tests.support.packets import extended_errors, header, opt, query
from tests.support.resolver import Resolver
from tests.support.rules import entry, policy, rule

SVCB, HTTPS = 64, 65


def record(rtype: int, content: bytes) -> tuple[bytes, list[Record]]:
    head = b"\x00" + rtype.to_bytes(2, "big") + b"\x00\x01" + bytes(4)
    message = bytes(HEADER) + head + len(content).to_bytes(2, "big") + content
    return message, read(message, HEADER, 1, b"\x00")


def is_home(address: str) -> bool:
    packed = ip_address(address).packed
    return leads_home(*record(A if len(packed) == 4 else AAAA, packed))


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "10.0.0.5", "100.64.0.1", "127.0.0.1", "127.255.0.9", "169.254.10.10"),
        *("172.16.5.5", "172.31.255.255", "192.168.1.100", "255.255.255.255"),
        *("::", "::1", "fe80::1", "febf::1", "fec0::1", "fc00::1", "fd12:3456::1"),
        *("::ffff:192.168.1.1", "::10.0.0.1", "64:ff9b::a00:1", "::ffff:127.0.0.1"),
    ],
)
def test_addresses_of_the_home(address: str) -> None:
    assert is_home(address)


@pytest.mark.parametrize(
    "address",
    [
        *("1.1.1.1", "9.9.9.9", "100.63.255.255", "100.128.0.1", "126.0.0.1", "128.0.0.1"),
        *("169.253.0.1", "172.15.0.1", "172.32.0.1", "192.0.2.80", "192.167.0.1", "192.169.0.1"),
        *("2001:db8::1", "2620:fe::fe", "::ffff:9.9.9.9", "64:ff9b::909:909", "ff02::1"),
    ],
)
def test_addresses_of_others(address: str) -> None:
    assert not is_home(address)


def test_hints_of_a_service_lead_there_too() -> None:
    hint = b"\x00\x01\x00" + b"\x00\x06\x00\x10" + ip_address("fd00::1").packed
    assert leads_home(*record(SVCB, hint))
    assert leads_home(*record(HTTPS, hint))
    elsewhere = b"\x00\x01\x00" + b"\x00\x04\x00\x04" + bytes((9, 9, 9, 9))
    assert not leads_home(*record(HTTPS, elsewhere))


@pytest.mark.parametrize("rtype", [SVCB, HTTPS])
@pytest.mark.parametrize("content", [b"", b"\x09", b"\x09\x01\xc0", b"\x09\x00\x00"])
def test_a_service_that_is_cut_off_leads_nowhere(rtype: int, content: bytes) -> None:
    assert not leads_home(*record(rtype, content))


@pytest.mark.parametrize("rtype, size", [(A, 0), (A, 3), (A, 5), (A, 16), (AAAA, 4), (AAAA, 17)])
def test_an_address_has_its_size(rtype: int, size: int) -> None:
    # A client that reads only what it needs of five octets would be led home by the first four.
    for first in (b"\x0a", b"\xfd", b"\x09"):
        with pytest.raises(BadRecord):
            leads_home(*record(rtype, first.ljust(size, b"\x01")[:size]))


def test_one_that_leads_home_does_not_hide_one_that_is_none() -> None:
    message, records = record(A, b"\x0a\x00\x00\x01")
    broken, more = record(A, b"\x0a\x00\x00\x01\x00")
    joined = [*records, *read(message + broken[HEADER:], len(message), len(more), b"\x00")]
    with pytest.raises(BadRecord):
        leads_home(message + broken[HEADER:], joined)


def test_a_service_nobody_can_read_beside_an_address_of_the_home_is_kept_away_too() -> None:
    resolver = Resolver()
    resolver.engine.install(View(policy(), homes=frozenset()))
    home = b"\x00\x01\x00" + b"\x00\x04\x00\x04" + bytes((192, 168, 1, 1))
    owner = b"\xc0\x0c\x00\x41\x00\x01" + bytes(4)
    cut = owner + b"\x00\x03\x00\x01\x05"
    both = owner + len(home).to_bytes(2, "big") + home + cut
    question = query("rebind.example", HTTPS)[HEADER:]
    resolver.upstream_sends(header(flags=0x8180, counts=(1, 2, 0, 0)) + question + both)
    reply = resolver.ask("rebind.example", HTTPS)
    assert (reply.header.rcode, reply.rr) == (2, [])  # no answer at all


def test_names_that_may() -> None:
    zones = {from_text("intranet.example.com")}
    for name in ("intranet.example.com", "nas.intranet.example.com"):
        assert not is_kept_away(from_text(name), zones, None)
    for name in ("notintranet.example.com", "example.com", "."):
        assert is_kept_away(from_text(name), zones, None)
    one_label = b"\x0devil.intranet\x07example\x03com\x00"  # the dot is inside a label
    assert is_kept_away(one_label, zones, None)
    assert not is_kept_away(from_text("example.com"), None, None)
    assert not is_kept_away(
        from_text("nas.example.com"), zones, Verdict("allow", rule("nas.example.com", "allow"))
    )
    kept = Verdict("allow", entry("nas.example.com", "updates"))
    assert is_kept_away(from_text("nas.example.com"), zones, kept)


def answering(*records: str) -> Resolver:
    resolver = Resolver()
    resolver.upstream_says(*records)
    resolver.engine.install(View(policy(), homes=frozenset((from_text("fritz.box"),))))
    return resolver


@pytest.mark.parametrize(
    "addresses, qtype, kept_away",
    [
        (["192.168.1.1"], A, True),
        (["9.9.9.9", "192.168.1.1"], A, True),  # the second is what the page would use
        (["9.9.9.9"], A, False),
        (["fd00::1"], AAAA, True),
        (["2620:fe::fe"], AAAA, False),
    ],
)
@pytest.mark.parametrize("name, may", [("rebind.example.com", False), ("nas.fritz.box", True)])
def test_a_public_name_does_not_lead_home(
    addresses: list[str], qtype: int, kept_away: bool, name: str, may: bool
) -> None:
    rtype = "A" if qtype == A else "AAAA"
    resolver = answering(*(f"{name}. 60 {rtype} {address}" for address in addresses))
    kept_away = kept_away and not may
    for _ in range(3):  # forwarded, cached, and a ready reply
        told = resolver.ask(name, qtype)
        assert told.header.rcode == 0
        assert len(told.rr) == (0 if kept_away else len(addresses))
        assert len(told.auth) == kept_away  # its SOA lets the client forget it soon
    resolver.engine.datagrams.fold()
    blocked = ("subscription", "unspecified", "blocked")
    assert resolver.engine.tally.accounts[blocked] == (3 if kept_away else 0)


def test_an_alias_does_not_lead_there_either() -> None:
    resolver = answering("evil.example. 60 CNAME target.example.", "target.example. 60 A 10.0.0.5")
    assert resolver.ask("evil.example").rr == []


def test_it_says_why() -> None:
    resolver = answering("rebind.example. 60 A 10.0.0.1")
    ((code, text),) = extended_errors(resolver.ask("rebind.example", edns=opt()))
    assert (code, text) == (15, "on the list rebinding protection")
    assert KEPT_AWAY.rule.mode == "nodata"
