"""Who asks too much, from when on, and until when."""

from blocker.core.engine import View
from blocker.core.rate import WINDOW, RateLimit
from tests.support.packets import extended_errors, opt
from tests.support.resolver import Resolver
from tests.support.rules import policy, rule

GREEDY, MODEST, ROUTER = "192.168.1.20", "192.168.1.21", "192.168.1.1"


def counted(rate: RateLimit, **asked: int) -> None:
    clients = {"greedy": GREEDY, "modest": MODEST, "router": ROUTER}
    for who, count in asked.items():
        rate.count([clients[who]] * count)


def test_who_asks_more_is_told_once_and_free_when_the_window_is_over() -> None:
    rate = RateLimit(100, lambda client: client == ROUTER)
    assert rate.step(10.0) == {}
    counted(rate, greedy=101, modest=100, router=5_000)
    assert rate.step(10.2) == {GREEDY: 101}
    counted(rate, greedy=50)
    assert rate.step(10.4) == {}
    assert rate.over == {GREEDY: 101}
    assert rate.left(40.0) == 10.0 + WINDOW - 40.0
    assert rate.freed == {}
    assert rate.step(10.0 + WINDOW) == {}
    assert rate.over == {}
    assert rate.freed == {GREEDY: 50}  # so many were refused
    counted(rate, greedy=100)
    assert rate.step(10.2 + WINDOW) == {}
    assert rate.freed == {}


def test_without_a_limit_nobody_is_counted() -> None:
    rate = RateLimit()
    rate.step(0.0)
    counted(rate, greedy=1_000_000)
    assert rate.step(0.2) == {}


def test_forged_sources_take_no_memory() -> None:
    rate = RateLimit(10)
    rate.step(0.0)
    for number in range(70_000):
        rate.count([f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"])
    rate.step(0.2)
    assert len(rate._asked) == 0


def test_a_client_that_asks_too_much_is_refused_and_no_other() -> None:
    resolver = Resolver(rule("blocked.example"))
    engine = resolver.engine
    engine.tally.rate = RateLimit(20)
    engine.limit(resolver.now)

    def books() -> None:
        while engine.datagrams.fold() or engine.streams.fold():
            pass
        engine.limit(resolver.now)

    for _ in range(21):
        assert resolver.ask("blocked.example", client=GREEDY).header.rcode == 0
    books()
    told = resolver.ask("blocked.example", client=GREEDY, edns=opt())
    assert told.header.rcode == 5
    assert extended_errors(told) == [(31, "too many questions within a minute")]
    assert resolver.ask("blocked.example", client=GREEDY, tcp=True).header.rcode == 5
    assert resolver.ask("blocked.example", client=MODEST).header.rcode == 0
    engine.install(View(policy(rule("blocked.example"))))  # a reload frees nobody
    books()
    assert resolver.ask("blocked.example", client=GREEDY).header.rcode == 5
    books()
    assert engine.tally.queries["udp", "limited"] == 2
    resolver.wait(WINDOW)
    books()
    assert resolver.ask("blocked.example", client=GREEDY).header.rcode == 0
