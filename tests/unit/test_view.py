"""What a generation's plain values become."""

from ipaddress import ip_network
from pathlib import Path

import pytest

from blocker.core.answer import Lifetimes
from blocker.core.names import from_text
from blocker.core.sinkhole import Sinkhole
from blocker.errors import RulesetError
from blocker.link import Blocking
from blocker.view import lifetimes_of, networks_of, paused_policy, policy_of, sinkhole_of
from tests.support.backend import first_plan
from tests.support.plans import generation

TRACKED, KEPT = from_text("a.tracking.miui.com"), from_text("update.miui.com")


def test_lists_switches_and_own_rules_make_the_policy(tmp_path: Path) -> None:
    plan = first_plan(tmp_path, "rules: {block: [own.example, '=one.example']}\n")
    policy = policy_of(plan.generation)
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
    passed = policy_of(off.generation).match(TRACKED)
    assert passed
    assert passed.action == "pass"
    shadow = first_plan(tmp_path, "blocking: {vendors: {xiaomi: shadow}}\n")
    verdict = policy_of(shadow.generation).match(TRACKED)
    assert verdict is not None
    assert verdict.action == "shadow"


def test_during_a_pause_nothing_matches() -> None:
    assert paused_policy().match(TRACKED) is None
    assert paused_policy().match(KEPT) is None


def test_a_ruleset_that_is_not_there() -> None:
    with pytest.raises(RulesetError):
        policy_of(generation())


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
