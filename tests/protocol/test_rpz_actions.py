"""What a rule does of its own accord: silence, TCP only, and so on (draft-vixie-dnsop-dns-rpz
section 3), for the question and for what its answer leads to.
"""

import pytest

from blocker.core.policy import Rule
from blocker.core.rule import Condition
from blocker.core.sinkhole import Sinkhole
from tests.support.packets import (
    AAAA,
    HTTPS,
    NOERROR,
    NXDOMAIN,
    REFUSED,
    TXT,
    A,
    lines,
    opt,
    query,
)
from tests.support.resolver import CLIENT, Resolver
from tests.support.rules import about, listed, local, rule

OTHER = "192.168.1.21"


@pytest.mark.parametrize(
    "mode, rcode, said",
    [
        ("", NOERROR, "www.example.com. 30 A 192.0.2.66"),
        ("null-ip", NOERROR, "www.example.com. 30 A 192.0.2.66"),
        ("nxdomain", NXDOMAIN, ""),
        ("nodata", NOERROR, ""),
        ("refused", REFUSED, ""),
    ],
)
@pytest.mark.parametrize("tcp", [False, True])
def test_a_rule_s_own_answer_stands_for_the_group_s(
    mode: str, rcode: int, said: str, tcp: bool
) -> None:
    sinkhole = Sinkhole(ipv4=(bytes((192, 0, 2, 66)),))
    resolver = Resolver(listed("example.com", mode=mode), sinkhole=sinkhole)
    for _ in range(3):
        reply = resolver.ask(tcp=tcp)
        assert (reply.header.rcode, "\n".join(lines(reply.rr))) == (rcode, said)


@pytest.mark.parametrize("tcp", [False, True])
@pytest.mark.parametrize("qtype", [A, AAAA, TXT, HTTPS])
def test_a_drop_is_silence_whatever_is_asked(tcp: bool, qtype: int) -> None:
    resolver = Resolver(listed("example.com", mode="drop"))
    for _ in range(4):
        assert resolver.send(query(qtype=qtype, edns=opt()), tcp=tcp) is None
    assert resolver.forwarded == []
    assert not resolver.view.replies
    journal = resolver.engine.streams if tcp else resolver.engine.datagrams
    journal.fold()
    assert resolver.engine.tally.queries == {("tcp" if tcp else "udp", "blocked"): 4}


@pytest.mark.parametrize("tcp", [False, True])
def test_a_drop_behind_a_local_alias_is_silence(tcp: bool) -> None:
    resolver = Resolver(local("=a.example", "example.com"), listed("example.com", mode="drop"))
    assert resolver.send(query("a.example"), tcp=tcp) is None
    assert resolver.forwarded == []


@pytest.mark.parametrize(
    "made", [listed("cdn.example", mode="drop"), about("::1/128", mode="drop")]
)
@pytest.mark.parametrize("alias", [(), (local("=www.example.com", "b.example"),)])
def test_a_drop_at_the_end_of_an_answer_sends_nothing(made: Rule, alias: tuple[Rule, ...]) -> None:
    resolver = Resolver(made, *alias)
    owner = "b.example" if alias else "www.example.com"
    resolver.upstream_says(f"{owner}. 10 IN CNAME x.cdn.example.", "x.cdn.example. 10 IN AAAA ::1")
    for tcp in (False, True):
        assert not resolver.send(query(qtype=AAAA), tcp=tcp)
        resolver.wait(1)
        # Known: no empty datagram either, nor a message of no length.
        assert resolver.send(query(qtype=AAAA), tcp=tcp) is None
        resolver.wait(60)
    resolver.upstream_fails()
    resolver.wait(60)
    assert not resolver.send(query(qtype=AAAA))  # stale


def test_tcp_only_sends_datagrams_to_tcp_and_there_lets_pass() -> None:
    resolver = Resolver(listed("example.com", mode="tcp-only"))
    resolver.upstream_says("www.example.com. 300 IN A 192.0.2.1")
    for _ in range(3):
        reply = resolver.ask(edns=opt())
        assert (reply.header.tc, reply.header.rcode, reply.rr) == (1, NOERROR, [])
        assert len(resolver.forwarded) <= 1
        reply = resolver.ask(tcp=True)
        assert (reply.header.tc, lines(reply.rr)) == (0, ["www.example.com. 300 A 192.0.2.1"])


def test_tcp_only_behind_a_local_alias_and_an_upstream_s() -> None:
    resolver = Resolver(
        local("=www.example.com", "b.example"), listed("cdn.example", mode="tcp-only")
    )
    resolver.upstream_says(
        "b.example. 300 IN CNAME x.cdn.example.", "x.cdn.example. 300 IN A 192.0.2.1"
    )
    for _ in range(2):
        assert resolver.ask().header.tc == 1
        reply = resolver.ask(tcp=True)
        assert (reply.header.tc, len(reply.rr)) == (0, 3)


def test_tcp_only_as_the_target_of_a_local_alias() -> None:
    resolver = Resolver(
        local("=www.example.com", "b.example"), listed("b.example", mode="tcp-only")
    )
    resolver.upstream_says("b.example. 300 IN A 192.0.2.1")
    for _ in range(2):
        assert resolver.ask().header.tc == 1
        reply = resolver.ask(tcp=True)
        assert (reply.header.tc, len(reply.rr)) == (0, 2)


def test_passthru_lets_pass_what_else_would_be_blocked() -> None:
    resolver = Resolver(listed("example.com", mode="nxdomain"), listed("=www.example.com", "allow"))
    resolver.upstream_says("www.example.com. 300 IN A 192.0.2.1")
    assert len(resolver.ask("www.example.com").rr) == 1
    assert resolver.ask("x.www.example.com").header.rcode == NXDOMAIN


def test_a_rule_may_be_about_some_types() -> None:
    # AdGuard's $dnstype: what a reply is kept ready under has the type in it.
    resolver = Resolver(listed("example.com", condition=Condition(types=(AAAA, HTTPS))))
    resolver.upstream_says("www.example.com. 300 IN A 192.0.2.1")
    for _ in range(4):
        assert lines(resolver.ask().rr) == ["www.example.com. 300 A 192.0.2.1"]
        assert lines(resolver.ask(qtype=AAAA).rr) == ["www.example.com. 30 AAAA ::"]
        assert resolver.ask(qtype=HTTPS).rr == []
    assert [asked.qtype for asked in resolver.forwarded] == [A]


@pytest.mark.parametrize("tcp", [False, True])
def test_a_rule_may_be_about_some_clients(tcp: bool) -> None:
    resolver = Resolver(
        listed("example.com", mode="nxdomain", condition=Condition(clients=(OTHER,)))
    )
    resolver.upstream_says("www.example.com. 300 IN A 192.0.2.1")
    for clients in ([CLIENT] * 4, [OTHER] * 4, [CLIENT, OTHER]):  # ready for one, then another
        for client in clients:
            rcode = NXDOMAIN if client == OTHER else NOERROR
            assert resolver.ask(client=client, tcp=tcp).header.rcode == rcode
    assert len(resolver.forwarded) == 1


def test_a_zone_with_upstreams_of_its_own_is_asked_for_although_it_is_special() -> None:
    names = ("nas.home.arpa", "9.1.168.192.in-addr.arpa", "printer.local")
    resolver = Resolver()
    for name in names:
        assert resolver.ask(name).header.rcode == NXDOMAIN
    assert resolver.forwarded == []
    zones = [b"\x04home\x04arpa\0", b"\x03168\x03192\x07in-addr\x04arpa\0"]
    resolver.engine.install(resolver.view, zones=zones)
    for name in names[:2]:
        resolver.upstream_says(f"{name}. 60 IN A 192.0.2.1")
        assert lines(resolver.ask(name).rr) == [f"{name}. 60 A 192.0.2.1"]
    assert resolver.ask(names[2]).header.rcode == NXDOMAIN  # has none
    assert len(resolver.forwarded) == 2
    resolver.engine.install(resolver.view)  # a reload takes it away again
    resolver.wait(60)
    assert resolver.ask(names[0]).header.rcode == NXDOMAIN


def test_what_is_blocked_in_such_a_zone_stays_blocked() -> None:
    resolver = Resolver(rule("cam.home.arpa"), zones=[b"\x04home\x04arpa\0"])
    assert lines(resolver.ask("cam.home.arpa").rr) == ["cam.home.arpa. 30 A 0.0.0.0"]
