"""The engine: who may ask, what is remembered for how long, and what the journal is told."""

from ipaddress import ip_network

import pytest

from blocker.core import view as view_module
from blocker.core.engine import Engine, Forward, View
from blocker.core.policy import NoRules, Policy, Switch
from tests.support.packets import NOERROR, NXDOMAIN, REFUSED, lines, opt, query, read
from tests.support.resolver import CLIENT, Resolver
from tests.support.rules import entry, policy, rule

ANSWER = "www.example.com. 300 IN A 192.0.2.1"


def answering(*rules: object, record: str = ANSWER) -> Resolver:
    resolver = Resolver(*rules)  # type: ignore[arg-type]
    resolver.upstream_says(record)
    return resolver


@pytest.mark.parametrize(
    "client",
    [
        *("127.0.0.1", "127.9.9.9", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.0.1"),
        *("169.254.7.7", "::1", "fe80::1", "fe80::1%eth0", "fd00::1", "fc00::1"),
    ],
)
def test_home_clients_are_served(client: str) -> None:
    assert lines(answering().ask(client=client).rr) == ["www.example.com. 300 A 192.0.2.1"]


@pytest.mark.parametrize(
    "client",
    [
        *("203.0.113.9", "8.8.8.8", "172.32.0.1", "172.15.255.255", "192.167.0.1", "11.0.0.1"),
        *("100.64.0.1", "0.0.0.0", "2001:db8::1", "fec0::1", "ff02::1", "::", "::ffff:8.8.8.8"),
    ],
)
def test_others_are_refused_whatever_they_ask(client: str) -> None:
    resolver = answering(rule("blocked.example"))
    resolver.ask()  # known by now
    for name in ("www.example.com", "blocked.example", "localhost", "other.example"):
        for tcp in (False, True):
            reply = resolver.ask(name, client=client, tcp=tcp)
            assert (reply.header.rcode, reply.rr, reply.auth) == (REFUSED, [], [])
    assert len(resolver.forwarded) == 1


def test_a_refusal_is_hardly_larger_than_its_query() -> None:
    resolver = Resolver()
    packet = query(edns=opt())
    assert len(resolver.send(packet, "203.0.113.9") or b"") < 2.5 * len(packet)


def test_networks_that_the_configuration_lists_are_served() -> None:
    networks = [ip_network("203.0.113.0/24"), ip_network("2001:db8::/32")]
    view = View(Policy(NoRules()))
    engine = Engine(view, networks=networks)
    for client in ("203.0.113.9", "2001:db8::1", CLIENT):
        assert isinstance(engine.on_query(query(), client, 0.0), Forward)
    assert not isinstance(engine.on_query(query(), "203.0.114.1", 0.0), Forward)
    engine.install(view)  # a reload takes it away again
    assert not isinstance(engine.on_query(query(), "203.0.113.9", 0.0), Forward)


def test_clients_are_remembered_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view_module, "_CLIENTS", 4)
    resolver = answering()
    for number in range(20):
        assert resolver.ask(client=f"10.0.0.{number}").header.rcode == NOERROR
        assert resolver.ask(client=f"11.0.0.{number}").header.rcode == REFUSED


def test_ttls_age_to_the_second() -> None:
    resolver = answering(record="www.example.com. 10 IN A 192.0.2.1")
    resolver.ask()
    passed = 0.0
    for at, ttl in ((0.9, 10), (1.0, 9), (4.99, 6), (5.0, 5), (8.0, 2), (9.0, 1), (9.99, 1)):
        resolver.wait(at - passed)
        passed = at
        assert [resolver.ask().rr[0].ttl for _ in range(3)] == [ttl] * 3
    assert len(resolver.forwarded) == 1
    resolver.wait(0.02)
    assert resolver.ask().rr[0].ttl == 10
    assert len(resolver.forwarded) == 2


def test_a_ttl_of_zero_is_passed_on_and_never_reused() -> None:
    resolver = answering(record="www.example.com. 0 IN A 192.0.2.1")
    for _ in range(3):
        assert resolver.ask().rr[0].ttl == 0
    assert len(resolver.forwarded) == 3


def test_a_new_view_takes_effect_on_the_very_next_query() -> None:
    resolver = answering()
    packet = query(edns=opt())
    for _ in range(4):  # a ready reply by now
        assert len(read(resolver.send(packet) or b"").rr) == 1
    resolver.install(rule("example.com"))
    assert lines(read(resolver.send(packet) or b"").rr) == ["www.example.com. 30 A 0.0.0.0"]
    for _ in range(4):
        resolver.send(packet)
    resolver.install()
    assert lines(read(resolver.send(packet) or b"").rr) == ["www.example.com. 300 A 192.0.2.1"]
    assert len(resolver.forwarded) == 1


def test_a_question_in_flight_is_answered_by_the_view_it_was_asked_under() -> None:
    resolver = answering()
    forward = resolver.engine.on_query(query(), CLIENT, resolver.now)
    assert isinstance(forward, Forward)
    resolver.install(rule("example.com"))
    says = resolver.upstream
    assert says is not None
    answer = resolver.engine.on_response(forward.query, says(forward.query), resolver.now)
    assert answer is not None
    assert len(read(resolver.engine.reply(forward, answer, resolver.now)).rr) == 1
    assert lines(resolver.ask().rr) == ["www.example.com. 30 A 0.0.0.0"]


def test_every_client_gets_its_own_id_and_letters_from_one_answer() -> None:
    resolver = answering()
    packets = [query("www.example.com", packet_id=1), query("WWW.example.com", packet_id=2)]
    forwards = [resolver.engine.on_query(packet, CLIENT, 0.0) for packet in packets]
    first = forwards[0]
    assert isinstance(first, Forward)
    assert resolver.upstream is not None
    answer = resolver.engine.on_response(first.query, resolver.upstream(first.query), 0.0)
    assert answer is not None
    for packet, forward in zip(packets, forwards, strict=True):
        assert isinstance(forward, Forward)
        reply = resolver.engine.reply(forward, answer, 0.0)
        assert reply[:2] == packet[:2]
        assert reply[12 : len(packet)] == packet[12:]


def test_names_made_up_for_one_query_cost_no_memory() -> None:
    resolver = Resolver(rule("example.com"))
    for number in range(1_000):
        resolver.ask(f"x{number}.example.com")
    assert len(resolver.view.replies) == 0
    for _ in range(2):
        resolver.ask("x7.example.com")
    assert len(resolver.view.replies) == 1


def test_ready_replies_have_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view_module, "_READY", 10_000)
    resolver = Resolver(rule("example.com"))
    for stream, ready in ((False, "replies"), (True, "streamed")):
        most = 0
        for number in range(100):
            for _ in range(2):
                resolver.ask(f"x{number}.example.com", tcp=stream)
            most = max(most, len(getattr(resolver.view, ready)))
        assert 10 <= most <= 30
        assert len(getattr(resolver.view, ready)) < most


def test_what_a_ready_reply_holds_on_to_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view_module, "_READY", 20_000)
    resolver = Resolver()
    resolver.upstream_says(*(f"www.example.com. 300 IN A 192.0.2.{n}" for n in range(30)))
    for number in range(50):
        for _ in range(4):
            resolver.ask(f"x{number}.example.com")
        assert len(resolver.view.replies) <= 10


def test_a_truncated_reply_does_not_hold_on_to_its_large_answer() -> None:
    resolver = Resolver()
    resolver.upstream_says(*(f"www.example.com. 300 IN A 192.0.2.{n}" for n in range(100)))
    for _ in range(5):
        assert resolver.ask().header.tc == 1
    assert len(resolver.view.replies) == 0


def test_padded_packets_are_not_kept() -> None:
    resolver = Resolver(rule("example.com"))
    for _ in range(5):
        assert resolver.send(query() + bytes(4_000)) is not None
    assert len(resolver.view.replies) == 0


@pytest.mark.parametrize("tcp", [False, True])
def test_the_journal_is_told_of_every_packet(tcp: bool) -> None:
    resolver = Resolver(rule("blocked.example"), entry("shadowed.example"))
    resolver.engine.install(
        View(
            policy(
                rule("blocked.example"),
                entry("shadowed.example"),
                vendors={"xiaomi": Switch("shadow")},
            )
        )
    )
    resolver.upstream_says("www.example.com. 60 IN A 192.0.2.1")
    for _ in range(3):
        resolver.ask(tcp=tcp)
        resolver.ask("blocked.example", tcp=tcp)
    resolver.upstream_fails()
    resolver.wait(60)
    resolver.ask(tcp=tcp)
    resolver.ask("shadowed.example", tcp=tcp)
    resolver.ask("localhost", tcp=tcp)
    resolver.ask(client="203.0.113.9", tcp=tcp)
    resolver.send(query()[:-1], tcp=tcp)
    resolver.send(query(flags=0x8100), tcp=tcp)
    transport = "tcp" if tcp else "udp"
    journal = resolver.engine.streams if tcp else resolver.engine.datagrams
    journal.fold()
    assert resolver.engine.tally.queries == {
        (transport, action): count
        for action, count in {
            "forwarded": 1,
            "cached": 2,
            "blocked": 3,
            "stale": 1,
            "failed": 1,
            "local": 1,
            "refused": 1,
            "malformed": 1,
            "dropped": 1,
        }.items()
    }
    assert resolver.engine.tally.accounts == {
        ("user", "unspecified", "blocked"): 3,
        ("xiaomi", "analytics", "would-block"): 1,
    }
    assert (resolver.engine.tally.hits, resolver.engine.misses) == (2, 3)


def test_a_shadowed_answer_passes_and_is_counted() -> None:
    resolver = answering()
    resolver.engine.install(
        View(policy(entry("example.com"), vendors={"xiaomi": Switch("shadow")}))
    )
    for _ in range(3):
        assert len(resolver.ask().rr) == 1
    resolver.engine.datagrams.fold()
    assert resolver.engine.tally.accounts == {("xiaomi", "analytics", "would-block"): 3}


def test_a_name_that_exists_no_more_replaces_the_one_that_did() -> None:
    resolver = answering(record="www.example.com. 5 IN A 192.0.2.1")
    resolver.ask()
    resolver.wait(5)
    resolver.upstream_says(
        authority=["example.com. 60 IN SOA ns.example.com. host.example.com. 1 2 3 4 60"],
        rcode=NXDOMAIN,
    )
    for _ in range(3):
        assert resolver.ask().header.rcode == NXDOMAIN
    assert len(resolver.engine.answers) == 1


def test_what_was_replaced_is_freed_a_little_at_a_time() -> None:
    resolver = Resolver(rule("example.org"))
    old = resolver.view
    for number in range(30):
        for _ in range(2):
            resolver.ask(f"n{number}.example.org")
    assert len(old.replies) == 30
    resolver.install(rule("example.org"))
    assert resolver.engine.shed(10)
    while resolver.engine.shed(10):
        assert old.replies or old.policy.memories
    assert not any((old.replies, *old.policy.memories))
    assert str(resolver.ask("n1.example.org").rr[0].rdata) == "0.0.0.0"


@pytest.mark.parametrize("away", [False, True])
def test_a_question_that_fails_is_its_vendors_all_the_same(away: bool) -> None:
    resolver = Resolver(entry("a.example", shared=True))
    forward = resolver.engine.on_query(query("a.example"), CLIENT, resolver.now)
    assert isinstance(forward, Forward)
    if away:
        resolver.engine.turn_away(forward, resolver.now, "too many questions in flight")
    else:
        resolver.engine.on_failure(forward, resolver.now, 22, "timeout")
    resolver.engine.datagrams.fold()
    assert resolver.engine.tally.accounts == {("xiaomi", "analytics", "allowed"): 1}
