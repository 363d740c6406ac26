"""The policy: layers in order, the most specific name, and allow before block."""

from collections.abc import Callable

import pytest

from blocker.core import policy as module
from blocker.core.names import from_text
from blocker.core.policy import NoRules, Policy, Relation, Rule, Verdict
from tests.support.rules import action, decided, entry, keep, listed, policy, rule, zone


def test_a_rule_matches_its_name_and_all_below() -> None:
    tried = policy(rule("xiaomi.com"))
    for name in ("xiaomi.com", "data.xiaomi.com", "a.b.c.xiaomi.com"):
        assert decided(tried, name) == ("block", "xiaomi.com")
    for name in ("com", "notxiaomi.com", "xiaomi.com.example", "xiaomi.org", "."):
        assert decided(tried, name) is None


def test_the_user_s_rule_for_a_listed_name_decides_after_others_of_the_list() -> None:
    tried = policy(listed("a.example"), listed("b.example"), rule("b.example", "allow"))
    assert action(tried, "x.a.example") == action(tried, "y.a.example") == "block"
    assert action(tried, "x.b.example") == action(tried, "b.example") == "allow"


def test_an_exact_rule_matches_its_name_alone() -> None:
    tried = policy(rule("=xiaomi.com"), listed("=example.org"))
    assert action(tried, "xiaomi.com") == "block"
    assert action(tried, "www.xiaomi.com") is None
    assert action(tried, "example.org") == "block"
    assert action(tried, "www.example.org") is None


def test_a_family_matches_its_members() -> None:
    tried = policy(entry("*-stsdk.vivo.com.cn", vendor="vivo"))
    assert action(tried, "a-stsdk.vivo.com.cn") == "block"
    assert action(tried, "x.a-stsdk.vivo.com.cn") == "block"
    for name in ("vivo.com.cn", "www.vivo.com.cn", "stsdk.vivo.com.cn", "a-stsdk.vivo.com"):
        assert action(tried, name) is None
    assert action(tried, "b-stsdk.vivo.com.cn") == "block"


def test_what_is_known_of_a_name_is_told_whoever_decides() -> None:
    # For what a name is used that the user let out is what an account of it is about.
    known = entry("a.example", "advertising"), zone("example")
    for decider in (rule("a.example", "allow"), rule("a.example"), listed("a.example", "allow")):
        verdict = policy(decider, *known).match(from_text("a.example"))
        assert verdict is not None
        assert (verdict.vendor, verdict.purpose) == ("xiaomi", "advertising")
    verdict = policy(rule("b.example"), *known).match(from_text("b.example"))
    assert verdict is not None
    assert (verdict.vendor, verdict.purpose) == ("xiaomi", "")


def test_a_pause_puts_no_list_in_force() -> None:
    rules = (entry("a.example"), entry("f.example", "push"), listed("b.example"), keep("k.example"))
    tried = policy(*rules, zone("example"), paused=True)
    for name, expected in (("a", "pass"), ("f", "pass"), ("b", "pass"), ("k", "allow")):
        assert action(tried, f"{name}.example") == expected
    assert tried.trace(from_text("a.example"))[0] == (rules[0], "blocking is paused")


@pytest.mark.parametrize("make", [rule, entry, listed])
def test_octets_inside_a_label_are_no_name(make: Callable[[str], Rule]) -> None:
    # ab\006xiaomi is one label; a search for equal octets finds xiaomi.com at its end.
    inside = b"\x09ab\x06xiaomi\x03com\x00"
    tried = policy(make("xiaomi.com"))
    assert tried.match(inside) is None
    assert tried.match(b"\x03www" + inside) is None
    assert tried.match(b"\x06xiaomi\x03com\x00") is not None
    tried = policy(make("xiaomi.com"), make("com"))
    verdict = tried.match(inside)  # below com, and no other
    assert verdict is not None
    assert tried.trace(inside) == [(make("com"), "block")]


@pytest.mark.parametrize(
    "first, then",
    [
        (rule("a.example", "allow"), keep("a.example")),
        (rule("a.example"), keep("a.example")),
        (keep("a.example"), entry("a.example")),
        (keep("example"), entry("a.example")),
        (entry("example"), listed("a.example", "allow")),
        (rule("example"), rule("b.a.example", "allow", layer="subscription")),
        (rule("example", "allow"), rule("a.example", layer="curated", vendor="x")),
        (rule("a.example", "allow"), listed("b.a.example")),
    ],
)
def test_the_first_layer_decides_however_general_its_rule(first: Rule, then: Rule) -> None:
    for rules in ((first, then), (then, first)):
        verdict = policy(*rules).match(from_text("b.a.example"))
        assert verdict is not None
        assert (verdict.action, verdict.rule.layer) == (first.action, first.layer)


def test_of_the_user_s_rules_the_most_specific_name_decides() -> None:
    tried = policy(rule("example"), rule("a.example", "allow"), rule("b.a.example"))
    assert action(tried, "example") == "block"
    assert action(tried, "x.example") == "block"
    assert action(tried, "a.example") == "allow"
    assert action(tried, "x.a.example") == "allow"
    assert action(tried, "b.a.example") == "block"
    assert action(tried, "x.b.a.example") == "block"


def test_on_a_list_an_exception_outranks_every_block() -> None:
    """As in AdGuard Home and Pi-hole: whoever wrote an exception meant it."""
    tried = policy(listed("example"), listed("a.example", "allow"), listed("b.a.example"))
    assert action(tried, "x.example") == "block"
    assert action(tried, "x.a.example") == "allow"
    assert action(tried, "x.b.a.example") == "allow"
    tried = policy(listed("a.example", "allow"), listed("b.a.example", important=True))
    assert action(tried, "a.example") == "allow"
    assert action(tried, "x.b.a.example") == "block"
    important = listed("c.b.a.example", "allow", important=True)
    tried = policy(listed("b.a.example", important=True), important)
    assert action(tried, "c.b.a.example") == "allow"


def test_a_rule_for_one_client_comes_before_its_group_s_and_those_before_everyone_s() -> None:
    everyone, group, client = (
        rule("b.a.example"),
        rule("a.example", "allow", scope="group"),
        rule("example", scope="client"),
    )
    assert decided(policy(everyone, group), "b.a.example") == ("allow", "a.example")
    assert decided(policy(everyone, group, client), "b.a.example") == ("block", "example")


def test_names_below_are_not_the_name() -> None:
    tried = policy(rule("a.example", match="below"), listed("b.example", match="below"))
    for parent in ("a.example", "b.example"):
        assert action(tried, parent) is None
        assert action(tried, f"x.{parent}") == action(tried, f"y.x.{parent}") == "block"


def test_a_rule_leaves_names_out() -> None:
    tried = policy(listed("example", unless=(from_text("a.example"), from_text("b.example"))))
    assert action(tried, "x.example") == "block"
    for name in ("a.example", "x.a.example", "b.example"):
        assert action(tried, name) is None
    assert action(tried, "aa.example") == "block"


def test_on_the_same_name_allow_beats_block() -> None:
    assert action(policy(listed("a.example"), listed("a.example", "allow")), "a.example") == "allow"
    assert action(policy(rule("a.example", "allow"), rule("a.example")), "a.example") == "allow"
    tried = policy(rule("a.example"), rule("=a.example", "allow"))
    assert (action(tried, "a.example"), action(tried, "x.a.example")) == ("allow", "block")


def test_a_verdict_is_one_object_per_rule_and_action() -> None:
    tried = policy(listed("a.example"), listed("b.example"), entry("c.example"))

    def verdict(name: str) -> Verdict | None:
        return tried.match(from_text(name))

    assert verdict("a.example") is verdict("x.b.example")  # lines of one list
    assert verdict("c.example") is verdict("x.c.example")
    assert verdict("a.example") is not verdict("c.example")


def test_trace_tells_of_every_rule_in_order() -> None:
    tried = policy(
        rule("=x.a.example", "allow"),
        keep("unrelated.example"),
        entry("a.example"),
        entry("example"),
        listed("x.a.example", list="one"),
        listed("a.example", list="two"),
    )
    steps = tried.trace(from_text("x.a.example"))
    assert [(step.text, step.list, state) for step, state in steps] == [
        ("=x.a.example", "blocker.yaml", "allow"),
        ("a.example", "lists/vendors/xiaomi.yaml", "an earlier rule decided"),
        ("example", "lists/vendors/xiaomi.yaml", "the more specific a.example decides"),
        ("x.a.example", "one", "an earlier rule decided"),
        ("a.example", "two", "an earlier rule decided"),
    ]
    assert tried.trace(from_text("other.org")) == []


def test_trace_and_match_agree() -> None:
    tried = policy(
        entry("*-log.example"), entry("a.example", breakage="major"), listed("a.example")
    )
    for name in ("a.example", "x-log.example", "y.x-log.example", "a-log.a.example", "b.example"):
        states = [state for _, state in tried.trace(from_text(name))]
        deciding = [state for state in states if state in ("block", "allow")]
        said = action(tried, name)
        assert deciding == ([said] if said in ("block", "allow") else [])


def test_memory_has_a_bound_and_forgetting_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MEMORY", 8)
    tried = policy(
        rule("=x7.example", "allow"), listed("example"), *(listed(f"n{n}.org") for n in range(50))
    )
    for _ in range(2):
        for number in range(50):
            assert action(tried, f"x{number}.example") == ("allow" if number == 7 else "block")
            assert action(tried, f"n{number}.org") == action(tried, f"a.n{number}.org") == "block"


def test_a_zone_decides_nothing_and_tells_whose_name_it_is() -> None:
    rules = (
        zone("mi.com"),
        zone("cloud.mi.com", vendor="cloud"),
        entry("data.mi.com"),
        entry("push.mi.com", breakage="major"),
        keep("time.mi.com"),
        listed("ads.mi.com"),
        rule("mine.mi.com"),
    )
    tried = policy(*rules)
    said = {
        name: (verdict.action, verdict.rule.layer, verdict.vendor)
        for name in ("www", "x.cloud", "x.data", "push", "time", "ads", "mine")
        if (verdict := tried.match(from_text(f"{name}.mi.com")))
    }
    assert said == {
        "www": ("pass", "zone", "xiaomi"),
        "x.cloud": ("pass", "zone", "cloud"),
        "x.data": ("block", "curated", "xiaomi"),
        "push": ("pass", "curated", "xiaomi"),
        "time": ("allow", "keep", "xiaomi"),
        "ads": ("block", "subscription", "xiaomi"),
        "mine": ("block", "user", "xiaomi"),
    }
    assert tried.match(from_text("mi.com")) is tried.match(from_text("a.b.mi.com"))
    assert tried.match(from_text("xmi.com")) is None


def test_lines_of_a_list_in_two_zones_are_told_apart() -> None:
    tried = policy(zone("mi.com"), zone("oppo.com", vendor="oppo"), listed("a.mi.com"),
                   listed("a.oppo.com"), listed("a.org"))  # fmt: skip
    verdicts = [tried.match(from_text(name)) for name in ("a.mi.com", "a.oppo.com", "a.org")]
    assert [verdict.vendor for verdict in verdicts if verdict] == ["xiaomi", "oppo", ""]


def test_what_a_relation_frees_is_kept_and_says_why() -> None:
    group = Relation("keep_one_of", ("a.mi.com", "b.mi.com"), "The watch works.", "xiaomi", "x", 3)
    tried = policy(entry("a.mi.com"), entry("b.mi.com"), listed("a.mi.com"), relations=[group])
    assert decided(tried, "b.mi.com") == ("block", "b.mi.com")
    verdict = tried.match(from_text("x.a.mi.com"))
    assert verdict
    assert (verdict.action, verdict.rule.layer, verdict.rule.line) == ("allow", "keep", 3)
    assert verdict.rule.reason == ("of a.mi.com and b.mi.com one has to stay: The watch works.")
    assert tried.settled == [verdict.rule]
    assert tried.state(entry("a.mi.com")) == "freed, so that names which hold together do"
    states = [state for _, state in tried.trace(from_text("a.mi.com"))]
    assert states == ["allow", tried.state(entry("a.mi.com")), "an earlier rule decided"]


def test_no_rules_match_nothing() -> None:
    tried = Policy(NoRules())
    assert tried.match(from_text("data.xiaomi.com")) is None
    assert tried.trace(from_text("data.xiaomi.com")) == []
