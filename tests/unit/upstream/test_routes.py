"""Whom a question goes to: its zone's upstreams, its client's group's, or those of all."""

import pytest

from blocker.core.engine import Forward, View
from blocker.core.journal import Journal, Tally
from blocker.core.names import from_text
from blocker.core.policy import NoRules, Policy
from blocker.core.wire import parse_query
from blocker.upstream.base import Upstream
from blocker.upstream.routes import Routes, Upstreams
from blocker.upstream.url import upstream_from_url
from tests.support.asking import clock
from tests.support.packets import query

KIDS = b"kids\x00"


def upstream(number: int) -> Upstream:
    return upstream_from_url(f"udp://192.0.2.{number}", clock)


def forward(name: str, mark: bytes = b"") -> Forward:
    asked = parse_query(query(name))
    view = View(Policy(NoRules()), upstreams=mark)
    return Forward(asked, b"\0\0", "127.0.0.1", view, None, 0.0, Journal("udp", Tally()))


COMMON, GROUP, LAN, NAS, REVERSE = map(upstream, range(1, 6))
ALL = Upstreams(
    [COMMON],
    {KIDS: [GROUP]},
    {
        from_text("lan"): [LAN],
        from_text("nas.lan"): [NAS],
        from_text("168.192.in-addr.arpa"): [REVERSE],
    },
)


@pytest.mark.parametrize(
    "name, mark, expected",
    [
        ("www.example.com", b"", COMMON),
        ("www.example.com", KIDS, GROUP),
        ("www.example.com", b"others\x00", COMMON),
        ("printer.lan", b"", LAN),
        ("lan", b"", LAN),
        ("PRINTER.LAN", b"", LAN),
        ("printer.lan", KIDS, LAN),  # the zone is there and nowhere else, whoever asks
        ("nas.lan", b"", NAS),
        ("a.b.nas.lan", b"", NAS),
        ("xnas.lan", b"", LAN),
        ("wlan", b"", COMMON),
        ("lan.example.com", b"", COMMON),
        ("7.1.168.192.in-addr.arpa", b"", REVERSE),
        ("7.1.16.172.in-addr.arpa", b"", COMMON),
        (".", b"", COMMON),
    ],
)
def test_a_question_goes_to(name: str, mark: bytes, expected: Upstream) -> None:
    assert Routes(ALL, 0.0).of(forward(name, mark)).upstreams == (expected,)


def test_whoever_has_neither_zones_nor_groups_is_told_so() -> None:
    assert not Routes(Upstreams([COMMON]), 0.0).several
    assert Routes(Upstreams([COMMON], groups=ALL.groups), 0.0).several
    assert Routes(Upstreams([COMMON], zones=ALL.zones), 0.0).several


def test_all_are_each_once() -> None:
    twice = Upstreams([COMMON, LAN], {KIDS: [COMMON]}, {from_text("lan"): [LAN, NAS]})
    assert twice.all == [COMMON, LAN, NAS]
    assert Routes(twice, 0.0).upstreams == [COMMON, LAN, NAS]


def test_one_url_is_one_upstream_with_one_health() -> None:
    first, again, new = upstream(1), upstream(1), upstream(2)
    shared = Upstreams([first], {KIDS: [again, new]}, {from_text("lan"): [again]}).shared({})
    assert shared.common[0] is first
    assert shared.groups[KIDS] == [first, new]
    assert shared.zones[from_text("lan")] == [first]


def test_one_that_is_known_goes_on_as_it_is() -> None:
    known = upstream(1)
    shared = Upstreams([upstream(1)], {KIDS: [upstream(1), GROUP]}).shared({known.identity: known})
    assert shared.common == [known]
    assert shared.groups == {KIDS: [known, GROUP]}


@pytest.mark.parametrize("where", ["common", "group", "zone"])
def test_everyone_s_health_is_looked_at(where: str) -> None:
    quick, slow = upstream(8), upstream(9)
    slow.health.heard(0.5)
    quick.health.heard(0.01)
    pair = [quick, slow]
    made = {
        "common": Upstreams(pair),
        "group": Upstreams([COMMON], {KIDS: pair}),
        "zone": Upstreams([COMMON], zones={from_text("example"): pair}),
    }
    routes = Routes(made[where], 0.0)
    choice = routes.of(forward("a.example", KIDS))
    assert choice.preferred is quick
    for _ in range(3):
        quick.health.failed(0.0)
    routes.refresh(0.0)
    assert choice.preferred is slow


@pytest.mark.parametrize("strategy,races", [("fastest", False), ("parallel", True)])
def test_a_strategy_holds_for_zones_and_groups_too(strategy: str, races: bool) -> None:
    two = [COMMON, GROUP]
    shared = Upstreams(two, {KIDS: two}, {from_text("lan"): two}, strategy).shared({})
    routes = Routes(shared, 0.0)
    choices = [routes.common, routes.of(forward("a.example", KIDS)), routes.of(forward("a.lan"))]
    assert len({id(choice) for choice in choices}) == 3
    assert [choice.races for choice in choices] == [races] * 3
