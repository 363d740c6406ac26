"""What an answer leads to, held against the policy: aliases by their names, addresses by theirs."""

import pytest

from blocker.core.rule import Condition, LocalRecord, Rule
from blocker.core.switches import Switch
from blocker.core.view import View
from tests.support.packets import AAAA, HTTPS, A, lines, opt, query
from tests.support.resolver import Resolver
from tests.support.rules import about, entry, keep, listed, local, policy, rule

CHAIN = (
    "www.example.com. 300 IN CNAME a.cdn.example.",
    "a.cdn.example. 300 IN CNAME b.cdn.example.",
    "b.cdn.example. 300 IN A 192.0.2.9",
)
BLOCKED, WHOLE = ["www.example.com. 30 A 0.0.0.0"], 3
OTHER = "192.168.1.21"


def led(*rules: Rule, answer: tuple[str, ...] = CHAIN) -> Resolver:
    resolver = Resolver(*rules)
    resolver.upstream_says(*answer)
    return resolver


@pytest.mark.parametrize(
    "rules, blocked",
    [
        ((listed("a.cdn.example"),), True),
        ((listed("b.cdn.example"),), True),
        ((listed("192.0.2.9"),), False),
        ((about("192.0.2.0/24"),), True),
        ((about("192.0.2.0/24"), about("192.0.2.9/32", "allow")), False),
        ((about("192.0.2.9/32"), rule("www.example.com", "allow")), False),
        ((about("192.0.2.9/32"), keep("www.example.com")), False),
        ((listed("b.cdn.example"), rule("www.example.com", "allow")), False),
        ((listed("b.cdn.example"), listed("a.cdn.example", "allow")), True),
        ((about("192.0.2.9/32"), listed("a.cdn.example", "allow")), True),
        ((entry("b.cdn.example", breakage="major"),), False),  # not in force
        ((listed("b.cdn.example", condition=Condition(types=(A,))),), True),
        ((listed("b.cdn.example", condition=Condition(types=(AAAA,))),), False),
    ],
)
def test_forwarded_cached_ready_and_stale_alike(rules: tuple[Rule, ...], blocked: bool) -> None:
    resolver = led(*rules)
    for seconds in (0, 1, 1, 1, 1_000):
        resolver.wait(seconds)
        if seconds == 1_000:
            resolver.upstream_fails()
        answer = lines(resolver.ask().rr)
        assert answer == BLOCKED if blocked else len(answer) == WHOLE
    assert len(resolver.forwarded) == 2


@pytest.mark.parametrize("blocked_first", [True, False])
def test_what_is_one_client_s_is_not_given_to_another(blocked_first: bool) -> None:
    resolver = led(listed("b.cdn.example", condition=Condition(clients=(OTHER,))))
    order = [OTHER, "192.168.1.20"] if blocked_first else ["192.168.1.20", OTHER]
    for client in order:
        for _ in range(5):
            answer = lines(resolver.ask(client=client).rr)
            assert answer == BLOCKED if client == OTHER else len(answer) == WHOLE
    assert len(resolver.forwarded) == 1


def test_a_type_that_is_blocked_is_so_for_all_and_held_ready() -> None:
    resolver = led(listed("b.cdn.example", condition=Condition(types=(A,))))
    for _ in range(5):
        assert lines(resolver.ask().rr) == BLOCKED
    assert len(resolver.view.replies) == 1


def test_the_first_alias_that_is_blocked_gives_the_reason() -> None:
    resolver = led(listed("b.cdn.example", list="far"), listed("a.cdn.example", list="near"))
    for _ in range(2):
        reply = resolver.ask(edns=opt())
        assert b"on the list near" in resolver.last
        assert len(reply.rr) == 1


def test_in_shadow_it_passes_and_is_counted() -> None:
    resolver = led()
    tried = policy(entry("a.cdn.example"), vendors={"xiaomi": Switch("shadow")})
    resolver.engine.install(View(tried))
    for _ in range(3):
        assert len(resolver.ask().rr) == WHOLE
    resolver.engine.datagrams.fold()
    assert resolver.engine.tally.accounts == {("xiaomi", "analytics", "would-block"): 3}


def test_an_alias_s_own_records_take_the_place_of_what_follows() -> None:
    resolver = led(local("=a.cdn.example", "192.0.2.1", ttl=60))
    for _ in range(3):
        assert lines(resolver.ask().rr) == [
            "www.example.com. 300 CNAME a.cdn.example.",
            "a.cdn.example. 60 A 192.0.2.1",
        ]


def test_an_address_s_own_records_take_its_place_and_the_aliases_stay() -> None:
    resolver = led(about("192.0.2.9/32", "local", records=local("x", "192.0.2.1").records))
    for _ in range(3):
        reply = resolver.ask()
        *aliases, last = lines(reply.rr)
        assert [each.split()[2] for each in aliases] == ["CNAME", "CNAME"]
        assert last == "b.cdn.example. 60 A 192.0.2.1"
        assert not reply.header.aa


def test_an_alias_s_own_alias_is_told_of() -> None:
    resolver = led(local("=a.cdn.example", "safe.example"))
    assert lines(resolver.ask().rr) == [
        "www.example.com. 300 CNAME a.cdn.example.",
        "a.cdn.example. 60 CNAME safe.example.",
    ]


def test_own_records_fit_where_the_upstream_s_answer_did_not() -> None:
    large = CHAIN[:2] + tuple(f"b.cdn.example. 300 IN A 192.0.2.{n}" for n in range(100))
    resolver = led(local("=b.cdn.example", "192.0.2.1"), answer=large)
    for _ in range(3):
        reply = resolver.ask()
        assert reply.header.tc == 0
        assert [str(record.rdata) for record in reply.rr] == [
            *("a.cdn.example.", "b.cdn.example.", "192.0.2.1")
        ]


@pytest.mark.parametrize(
    "made", [listed("b.cdn.example", mode="drop"), about("192.0.2.9/32", mode="drop")]
)
def test_silence_is_silence_for_an_answer_too(made: Rule) -> None:
    resolver = led(made)
    for _ in range(3):
        assert not resolver.send(query())
    resolver.engine.datagrams.fold()
    assert resolver.engine.tally.queries == {("udp", "blocked"): 3}


@pytest.mark.parametrize(
    "made", [listed("b.cdn.example", mode="tcp-only"), about("192.0.2.9/32", mode="tcp-only")]
)
def test_tcp_only_lets_the_answer_through_over_tcp_alone(made: Rule) -> None:
    resolver = led(made)
    for _ in range(3):
        reply = resolver.ask()
        assert (reply.header.tc, reply.rr) == (1, [])
        reply = resolver.ask(tcp=True)
        assert (reply.header.tc, len(reply.rr)) == (0, WHOLE)


def test_hints_lead_to_addresses_too() -> None:
    service = "www.example.com. 300 IN HTTPS 1 . alpn=h2 ipv4hint=198.51.100.1,192.0.2.9"
    for made, blocked in ((about("192.0.2.9/32"), True), (about("192.0.2.8/32"), False)):
        resolver = led(made, answer=(service,))
        for _ in range(3):
            reply = resolver.ask(qtype=HTTPS)
            assert (len(reply.rr), len(reply.auth)) == ((0, 1) if blocked else (1, 0))


def test_of_several_addresses_one_is_enough() -> None:
    several = tuple(f"www.example.com. 300 IN A 198.51.100.{n}" for n in range(9))
    resolver = led(about("198.51.100.8/32"), answer=several)
    assert lines(resolver.ask().rr) == BLOCKED


SERVICE = "www.example.com. 300 IN HTTPS 1 svc.ads.example. alpn=h2"


def test_the_name_of_a_service_is_looked_at_as_an_alias_is() -> None:
    for made, blocked in (
        (rule("ads.example"), True),
        (listed("svc.ads.example"), True),
        (rule("other.example"), False),
        (listed("svc.ads.example", "allow"), False),
    ):
        resolver = led(made, answer=(SERVICE,))
        for _ in range(3):
            reply = resolver.ask(qtype=HTTPS)
            assert (len(reply.rr), len(reply.auth)) == ((0, 1) if blocked else (1, 0))


def test_what_the_user_allows_may_have_any_service() -> None:
    resolver = led(rule("ads.example"), rule("www.example.com", "allow"), answer=(SERVICE,))
    assert len(resolver.ask(qtype=HTTPS).rr) == 1


def test_records_of_ones_own_for_a_service_are_for_who_asks_for_it() -> None:
    record = (LocalRecord(1, 60, b"\xc0\x00\x02\x09"),)
    resolver = led(rule("svc.ads.example", "local", records=record), answer=(SERVICE,))
    for _ in range(3):
        assert len(resolver.ask(qtype=HTTPS).rr) == 1


def test_an_address_that_comes_along_with_a_service_leads_there_too() -> None:
    # RFC 9460 section 4.2: beside the answer, which is not passed on but tells.
    resolver = led(answer=(SERVICE,))
    resolver.upstream_says(SERVICE, additional=["svc.ads.example. 60 IN A 192.168.1.1"])
    resolver.engine.install(View(policy(), homes=frozenset()))
    for _ in range(3):
        reply = resolver.ask(qtype=HTTPS)
        assert (len(reply.rr), len(reply.auth)) == (0, 1)
