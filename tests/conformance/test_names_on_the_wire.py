"""Names that are answered here (RFC 6761 and those after it), private addresses for public names,
and a policy that changes: the cases of blocky and Pi-hole, against a running server.
"""

from collections.abc import Sequence
from pathlib import Path

import pytest
from dnslib import QTYPE

from tests.conformance.serving import Served
from tests.support.packets import NOERROR, NXDOMAIN, query, wire
from tests.support.steps import saying

TYPES = {"SVCB": 64}  # which dnslib has no name for
LOOPBACK_V6 = "1." + "0." * 31 + "ip6.arpa"


@pytest.mark.parametrize("tcp", [False, True], ids=["udp", "tcp"])
@pytest.mark.parametrize(
    "name, qtype, rcode, found",
    [
        pytest.param("something.test", "A", NXDOMAIN, [], id="B186"),
        pytest.param("something.local", "A", NXDOMAIN, [], id="B191"),
        pytest.param("something.intranet", "A", NXDOMAIN, [], id="B194"),
        pytest.param("something.internal", "A", NXDOMAIN, [], id="B195"),
        pytest.param("something.lan", "A", NXDOMAIN, [], id="B199"),
        pytest.param("LOCALHOST", "A", NOERROR, ["127.0.0.1"], id="B201"),
        pytest.param("_dns.resolver.arpa", "A", NOERROR, [], id="B206"),
        pytest.param("_dns.resolver.arpa", "AAAA", NOERROR, [], id="B207"),
        pytest.param("resolver.arpa", "A", NOERROR, [], id="B208"),
        pytest.param("use-application-dns.net", "AAAA", NXDOMAIN, [], id="F026"),
        pytest.param("mask.icloud.com", "A", NXDOMAIN, [], id="F027"),
        pytest.param("_dns.resolver.arpa", "SVCB", NOERROR, [], id="F029"),
        pytest.param("x.resolver.arpa", "A", NOERROR, [], id="F030"),
        pytest.param("USE-Application-DNS.net", "A", NXDOMAIN, [], id="F033"),
        ("something.invalid", "A", NXDOMAIN, []),
        ("something.onion", "A", NXDOMAIN, []),
        ("something.alt", "A", NXDOMAIN, []),
        ("something.corp", "A", NXDOMAIN, []),
        ("something.home", "A", NXDOMAIN, []),
        ("something.private", "A", NXDOMAIN, []),
        ("router.home.arpa", "A", NXDOMAIN, []),
        ("mask-h2.icloud.com", "AAAA", NXDOMAIN, []),
        ("a.localhost", "AAAA", NOERROR, ["::1"]),
        ("localhost", "HTTPS", NOERROR, []),
        ("1.0.0.127.in-addr.arpa", "PTR", NOERROR, ["localhost."]),
        (LOOPBACK_V6, "PTR", NOERROR, ["localhost."]),
        ("5.1.168.192.in-addr.arpa", "PTR", NXDOMAIN, []),
        ("5.4.31.172.in-addr.arpa", "PTR", NXDOMAIN, []),
        ("1.0.0.d.f.ip6.arpa", "PTR", NXDOMAIN, []),
        ("1.254.169.in-addr.arpa", "PTR", NXDOMAIN, []),
    ],
)
def test_a_name_that_is_answered_here(
    served: Served, name: str, qtype: str, rcode: int, found: Sequence[str], tcp: bool
) -> None:
    for _ in range(3):
        reply = served.ask(name, TYPES.get(qtype) or QTYPE.reverse[qtype], tcp=tcp)
        assert (reply.header.rcode, [str(record.rdata) for record in reply.rr]) == (rcode, found)
        assert len(reply.auth) == (not found)
    assert served.asked(name.lower()) == 0


@pytest.mark.parametrize(
    "name, qtype",
    [
        pytest.param("something.not-special", "AAAA", id="B212"),
        pytest.param("www.use-application-dns.net", "A", id="F032"),
        ("fooresolver.arpa", "A"),
        ("xlocalhost", "A"),
        ("lan.example", "A"),
        ("home.arpa", "DS"),
        ("9.9.9.9.in-addr.arpa", "PTR"),
    ],
)
def test_a_name_that_is_not(served: Served, name: str, qtype: str) -> None:
    assert served.send(query(name, QTYPE.reverse[qtype]))
    assert served.asked(name)


def test_b203_ds_below_home_arpa_is_not_forwarded(served: Served) -> None:
    # Otherwise than there: see the table beside this file.
    assert served.ask("something.home.arpa", QTYPE.reverse["DS"]).header.rcode == NXDOMAIN
    assert served.asked("something.home.arpa") == 0


REBIND, INTRANET = "rebind.example.com", "intranet.example.com"


@pytest.mark.parametrize(
    "name, qtype, said, kept",
    [
        pytest.param("b214." + REBIND, "A", ["A 172.16.5.5"], True, id="B214"),
        pytest.param("b215." + REBIND, "A", ["A 192.168.1.100"], True, id="B215"),
        pytest.param("b216." + REBIND, "A", ["A 127.0.0.1"], True, id="B216"),
        pytest.param("b217." + REBIND, "A", ["A 169.254.10.10"], True, id="B217"),
        pytest.param("b220." + REBIND, "AAAA", ["AAAA ::1"], True, id="B220"),
        pytest.param("b221." + REBIND, "AAAA", ["AAAA fe80::1"], True, id="B221"),
        pytest.param("b223." + REBIND, "AAAA", ["AAAA ::ffff:c0a8:101"], True, id="B223"),
        pytest.param("b228.example.com", "AAAA", ["AAAA 2001:db8::1"], False, id="B228"),
        pytest.param(INTRANET, "A", ["A 192.168.1.50"], False, id="B235"),
        pytest.param("nas." + INTRANET, "A", ["A 192.168.1.51"], False, id="B236"),
        pytest.param("not" + INTRANET, "A", ["A 192.168.1.52"], True, id="B237"),
        ("ten." + REBIND, "A", ["A 10.1.2.3"], True),
        ("zero." + REBIND, "A", ["A 0.0.0.0"], True),
        ("none." + REBIND, "AAAA", ["AAAA ::"], True),
        ("local." + REBIND, "AAAA", ["AAAA fd00::1"], True),
        ("shared." + REBIND, "A", ["A 100.64.0.1"], True),
        ("nat64." + REBIND, "AAAA", ["AAAA 64:ff9b::c0a8:101"], True),
        ("both." + REBIND, "A", ["A 9.9.9.9", "A 192.168.1.100"], True),
        ("hint." + REBIND, "HTTPS", ["HTTPS 1 . ipv4hint=192.168.1.100"], True),
        ("later." + REBIND, "HTTPS", ["HTTPS 1 . ipv4hint=9.9.9.9,192.168.1.100"], True),
        ("public.example.com", "A", ["A 9.9.9.9"], False),
        ("hints.example.com", "HTTPS", ["HTTPS 1 . ipv4hint=9.9.9.9"], False),
        ("text.example.com", "TXT", ['TXT "192.168.1.1"'], False),
        ("box.fritz.box", "A", ["A 192.168.178.1"], False),
    ],
)
def test_where_a_name_may_lead(
    served: Served, name: str, qtype: str, said: list[str], kept: bool
) -> None:
    served.upstream.on_both(name, saying(*(f"{name}. 60 IN {record}" for record in said)))
    for tcp in (False, False, False, True):
        reply = served.ask(name, QTYPE.reverse[qtype], tcp=tcp)
        assert (reply.header.rcode, len(reply.rr)) == (NOERROR, 0 if kept else len(said))


def test_b225_a_hint_of_ipv6(served: Served) -> None:
    name = "b225." + REBIND
    hint = "00010000060010fd00" + "00" * 13 + "01"

    def service(packet_id: bytes, question: bytes) -> list[bytes]:
        data = bytes.fromhex(hint)
        head = packet_id + bytes.fromhex("81800001000100000000") + question
        return [head + b"\xc0\x0c\x00\x40\x00\x01\x00\x00\x00\x3c" + len(data).to_bytes(2) + data]

    served.upstream.on(name, service)
    reply = served.ask(name, 64)
    assert (reply.header.rcode, reply.rr) == (NOERROR, [])


def test_b233_an_address_in_the_authority_section(served: Served) -> None:
    name = "b233." + REBIND
    served.upstream.on(name, saying(authority=[f"{name}. 60 IN A 192.168.1.1"]))
    reply = served.ask(name)
    assert (reply.header.rcode, reply.rr, reply.auth) == (NOERROR, [], [])


def test_an_address_in_the_additional_section(served: Served) -> None:
    name = "additional." + REBIND
    served.upstream.on(
        name,
        saying(
            f"{name}. 60 IN HTTPS 1 target.{name}.",
            additional=[f"target.{name}. 60 IN A 192.168.1.1"],
        ),
    )
    assert served.ask(name, 65).rr == []


@pytest.mark.parametrize("target", ["target.example.org", INTRANET], ids=["B234", "allowed name"])
def test_an_alias_that_leads_home(served: Served, target: str) -> None:
    # The name that is asked decides, so an alias into an allowed zone is none of it.
    name = f"evil.{len(target)}.example.org"
    served.upstream.on(
        name, saying(f"{name}. 60 IN CNAME {target}.", f"{target}. 60 IN A 10.0.0.5")
    )
    assert served.ask(name).rr == []


def test_b239_a_dot_inside_a_label_makes_no_zone(served: Served) -> None:
    inside = b"\x0devil.intranet" + wire("example.com")

    def at_home(packet_id: bytes, question: bytes) -> list[bytes]:
        head = packet_id + bytes.fromhex("81800001000100000000") + question
        return [head + bytes.fromhex("c00c000100010000003c0004c0a80142")]

    served.upstream.on("evil.intranet.example.com", at_home)
    assert served.ask(inside).rr == []
    assert len(served.ask("evil.intranet.example.com").rr) == 1


def test_ones_own_record_may_lead_home(served: Served) -> None:
    assert [str(each.rdata) for each in served.ask("nas.local.example").rr] == ["192.168.1.5"]


def test_w045_a_policy_zone_that_changed_is_in_force_after_a_reload(served: Served) -> None:
    file = Path(served.server.config).with_name("zone.txt")
    before = file.read_text()
    try:
        for _ in range(3):
            assert served.ask("reloaded.example").header.rcode == NXDOMAIN
        file.write_text(before.replace("reloaded", "other"))
        assert served.server.process is not None
        served.server.process.send_signal(1)
        served.server.wait_until(
            lambda: served.ask("reloaded.example").header.rcode == NOERROR, seconds=45
        )
        assert len(served.ask("reloaded.example").rr) == 1
    finally:
        file.write_text(before)
