"""What a generation's plain values become."""

from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from blocker.core.answer import Lifetimes
from blocker.core.names import from_text
from blocker.core.sinkhole import Sinkhole
from blocker.core.view import View
from blocker.errors import RulesetError
from blocker.link import Blocking, Generation, UserRecord, UserRule
from blocker.view import GroupViews, lifetimes_of, networks_of, sinkhole_of, zones_of
from tests.support.backend import first_plan
from tests.support.plans import generation

NOW = 1_700_000_000.0
TRACKED = from_text("a.tracking.miui.com")


def views(generation: Generation, now: float = NOW, **how: Any) -> GroupViews:
    return GroupViews(generation, now, **how)


def test_lists_switches_and_own_rules_make_the_policy(tmp_path: Path) -> None:
    plan = first_plan(tmp_path, "rules: {block: [own.example, '=one.example']}\n")
    policy = views(plan.generation).policy()
    for name, action in (
        ("a.tracking.miui.com", "block"),
        ("update.miui.com", "allow"),
        ("below.own.example", "block"),
        ("one.example", "block"),
    ):
        verdict = policy.match(from_text(name))
        assert verdict is not None
        assert verdict.action == action
    assert policy.match(from_text("below.one.example")) is None
    off = first_plan(tmp_path, "blocking: {vendors: {xiaomi: off}}\n")
    passed = views(off.generation).policy().match(TRACKED)
    assert passed
    assert passed.action == "pass"
    shadow = first_plan(tmp_path, "blocking: {vendors: {xiaomi: shadow}}\n")
    verdict = views(shadow.generation).policy().match(TRACKED)
    assert verdict is not None
    assert verdict.action == "shadow"


PAUSED = """
rules: {block: [own.example, '/^ads[0-9]/'], allow: [home.example]}
records: {nas.lan: 192.0.2.7}
"""


def test_during_a_pause_nothing_is_blocked(tmp_path: Path) -> None:
    plan = first_plan(tmp_path, PAUSED)
    paused = replace(plan.generation, paused_until=NOW + 60)
    made = views(paused)
    view = made.of("192.0.2.1")
    assert decided(view, "own.example") is None
    assert decided(view, "ads3.example") is None
    assert decided(view, "home.example") == "allow"  # that it may lead to the home, say
    assert decided(view, "nas.lan") == "local"  # what is one's own is no blocking
    assert decided(view, "update.miui.com") == "allow"
    tracked = view.policy.match(TRACKED)  # who calls home is counted all the same
    assert tracked is not None
    assert (tracked.action, tracked.vendor, tracked.purpose) == ("pass", "xiaomi", "analytics")
    assert made.changes_at == NOW + 60
    after = views(paused, NOW + 60).policy().match(TRACKED)
    assert after is not None
    assert after.action == "block"


GROUPS = """
groups:
  - name: kids
    clients: [192.0.2.0/24]
    blocking: {answer: nxdomain, vendors: {xiaomi: off}}
    rules: {block: [games.example]}
    upstreams: [udp://192.0.2.53]
"""


def test_each_group_has_its_view(tmp_path: Path) -> None:
    made = views(first_plan(tmp_path, GROUPS).generation)
    kids, others = made.of("192.0.2.7"), made.of("198.51.100.7")
    assert (made.group_of("192.0.2.7"), made.group_of("198.51.100.7")) == ("kids", "default")
    assert made.of("192.0.2.8") is kids
    assert decided(kids, "tracking.miui.com") == "pass"
    assert decided(others, "tracking.miui.com") == "block"
    assert decided(kids, "games.example") == "block"
    assert decided(others, "games.example") is None
    assert (kids.sinkhole.mode, others.sinkhole.mode) == ("nxdomain", "addresses")
    assert kids.upstreams != others.upstreams == b""
    assert set(made.all) == {kids, others}


def test_a_rule_for_one_client_or_for_a_while(tmp_path: Path) -> None:
    generation = first_plan(tmp_path, GROUPS).generation
    for_one = UserRule(
        action="allow", text="tracking.miui.com", list="", line=0, client="198.51.100.7"
    )
    for_a_while = UserRule(action="block", text="a.example", list="", line=0, until=NOW + 9)
    for_kids = UserRule(action="block", text="/^ads?[0-9]/", list="", line=0, group="kids")
    generation = replace(generation, rules=[*generation.rules, for_one, for_a_while, for_kids])
    made = views(generation)
    assert decided(made.of("198.51.100.7"), "tracking.miui.com") == "allow"
    assert decided(made.of("::ffff:198.51.100.7"), "tracking.miui.com") == "allow"
    assert decided(made.of("198.51.100.8"), "tracking.miui.com") == "block"
    assert decided(made.of("198.51.100.8"), "a.example") == "block"
    assert decided(made.of("192.0.2.7"), "ads3.example") == "block"
    assert decided(made.of("198.51.100.8"), "ads3.example") is None
    assert made.changes_at == NOW + 9
    after = views(generation, NOW + 9, before=made)
    assert decided(after.of("198.51.100.8"), "a.example") is None
    assert after.changes_at is None


def test_a_record_of_the_user_s_own(tmp_path: Path) -> None:
    records = [
        UserRecord(name=name, type=1, ttl=60, rdata="c0000201", list="", line=0)
        for name in ("nas.lan", "*.dev.example")
    ]
    view = views(replace(first_plan(tmp_path).generation, records=records)).of("192.0.2.1")
    for name, action in (
        ("nas.lan", "local"), ("x.nas.lan", None), ("x.dev.example", "local"),
        ("dev.example", None),
    ):  # fmt: skip
        assert decided(view, name) == action


def test_a_record_that_stands_for_itself_is_left_to_the_upstreams(tmp_path: Path) -> None:
    records = [
        UserRecord(name=name, type=rtype, ttl=60, rdata=rdata, list="", line=0)
        for name, rtype, rdata in (
            ("*.a.example", 1, "c0000201"),
            ("sub.a.example", 5, from_text("sub.a.example").hex()),
            ("*.sub.a.example", 5, from_text("*.sub.a.example").hex()),
        )
    ]
    view = views(replace(first_plan(tmp_path).generation, records=records)).of("192.0.2.1")
    for name, action in (
        ("x.a.example", "local"), ("sub.a.example", "allow"), ("x.sub.a.example", "allow"),
    ):  # fmt: skip
        assert decided(view, name) == action


def decided(view: View, name: str) -> str | None:
    verdict = view.policy.match(from_text(name))
    return verdict.action if verdict else None


def test_a_ruleset_that_is_not_there() -> None:
    with pytest.raises(RulesetError):
        views(generation())


@pytest.mark.parametrize(
    "answer, sinkhole",
    [
        ("null-ip", Sinkhole(ttl=7)),
        ("nxdomain", Sinkhole(mode="nxdomain", ttl=7)),
        ("nodata", Sinkhole(mode="nodata", ttl=7)),
        ("refused", Sinkhole(mode="refused", ttl=7)),
        (
            {"ipv4": "192.0.2.80", "ipv6": "2001:db8::80"},
            Sinkhole(
                ipv4=(bytes((192, 0, 2, 80)),),
                ipv6=(bytes.fromhex("20010db8000000000000000000000080"),),
                ttl=7,
            ),
        ),
    ],
)
def test_what_blocked_names_are_answered(answer: str | dict[str, str], sinkhole: Sinkhole) -> None:
    blocking = Blocking(
        answer=answer, ttl=7, max_breakage="minor", vendors={}, purposes={}, lists={}
    )
    assert sinkhole_of(blocking) == sinkhole


def test_times_and_networks() -> None:
    whole = generation(cache={"size": 1, "min_ttl": 2, "max_ttl": 3, "serve_stale": 4})
    assert lifetimes_of(whole) == Lifetimes(2, 3, 4)
    assert networks_of(whole) == [ip_network("198.51.100.0/24")]


@pytest.mark.parametrize(
    "url, asked",
    [
        ("udp://192.168.1.1", True),
        ("tcp://[fd00::1]:53", True),
        ("udp://[fe80::1%251]", True),
        ("tls://10.0.0.1#dns.example", True),
        ("udp://9.9.9.9", False),
        ("udp://127.0.0.1:5335", False),
        ("https://dns.example/dns-query", False),
    ],
)
def test_names_of_private_use_are_asked_of_a_router_alone(url: str, asked: bool) -> None:
    lan = {"url": "udp://192.0.2.7", "zones": ["lan"]}
    assert (from_text("home") in zones_of(generation(upstreams=[{"url": url}]))) is asked
    assert zones_of(generation(upstreams=[{"url": "udp://9.9.9.9"}, lan])) == [from_text("lan")]


@pytest.mark.parametrize(
    "router",
    [{"url": "udp://192.168.1.1"}, {"url": "udp://192.168.1.1", "zones": ["fritz.box"]}],
)
def test_beside_a_public_upstream_a_router_is_asked_for_its_zones_alone(
    router: dict[str, Any],
) -> None:
    upstreams = [{"url": "udp://9.9.9.9"}, router]
    zones = [from_text(zone) for zone in router.get("zones", ())]
    assert zones_of(generation(upstreams=upstreams)) == zones


def test_a_name_of_private_use_that_the_user_has_named_is_asked_of_whoever_there_is() -> None:
    # A resolver on this machine, say, which knows them. Others stay where they are.
    named = ["lan", "office.corp", "corp.example", "local", "168.192.in-addr.arpa"]
    zones = zones_of(generation(upstreams=[{"url": "udp://127.0.0.1:54"}], private_domains=named))
    assert zones == [from_text("lan"), from_text("office.corp")]


def test_an_id_is_a_client_of_its_group_while_that_holds(tmp_path: Path) -> None:
    text = (
        "groups:\n  - {name: phones, clients: ['id:anna'], blocking: {answer: nxdomain}}\n"
        "  - name: night\n    clients: ['id:bob']\n"
        "    schedule: [{days: [mon], from: '00:00', to: '00:01', timezone: UTC}]\n"
    )
    made = views(first_plan(tmp_path, text).generation)
    assert [made.identified(f"id:{who}") for who in ("anna", "bob", "eve")] == [True, False, None]
    assert [made.group_of(f"id:{who}") for who in ("anna", "bob")] == ["phones", "default"]
    assert made.of("id:anna").sinkhole == Sinkhole(mode="nxdomain")
    made.must_know("id:bob")
    made.must_know("192.0.2.1")
    with pytest.raises(ValueError, match="no group has the client id:eve, so its address decides"):
        made.must_know("id:eve")


def test_a_rule_for_an_id_alone(tmp_path: Path) -> None:
    plan = first_plan(tmp_path, "groups: [{name: phones, clients: ['id:anna', 'id:bob']}]\n")
    rule: UserRule = {"action": "block", "text": "x.example", "list": "changes", "line": 1}
    made = views(replace(plan.generation, rules=[{**rule, "client": "id:anna"}]))
    name = from_text("x.example")
    assert made.of("id:anna").policy.match(name) is not None
    assert made.of("id:bob").policy.match(name) is None
