"""The policy: layers in order, the most specific name, and allow before block."""

from collections.abc import Callable
from ipaddress import ip_address, ip_network

import pytest

from blocker.core import policy as module
from blocker.core.names import ROOT, from_text
from blocker.core.policy import Layer, NoRules, Policy, Relation, Rule, RuleAction, Switch, Verdict
from blocker.core.rule import Condition
from blocker.expressions import Expressions
from tests.support.rules import entry, keep, listed, policy, rule, zone


def decided(tried: Policy, name: str) -> tuple[str, str] | None:
    verdict = tried.match(from_text(name))
    return (verdict.action, verdict.rule.text or verdict.rule.list) if verdict else None


def action(tried: Policy, name: str) -> str | None:
    verdict = tried.match(from_text(name))
    return verdict.action if verdict else None


def resolved(tried: Policy, name: str, client: str, qtype: int = 1) -> str | None:
    verdict = tried.match(from_text(name))
    if verdict is not None and verdict.action == "depends":
        verdict = tried.resolve(verdict, qtype, client)
    return verdict.action if verdict else None


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


def test_a_verdict_that_depends_on_the_type_is_resolved_for_it() -> None:
    tried = policy(
        listed("a.example", condition=Condition(types=(28,))),
        listed("a.example", "allow", condition=Condition(other_types=(28, 1))),
    )
    verdict = tried.match(from_text("a.example"))
    assert verdict is not None
    assert verdict.action == "depends"
    for qtype, expected in ((1, None), (28, "block"), (16, "allow")):
        assert resolved(tried, "a.example", "192.0.2.1", qtype) == expected


def test_a_verdict_that_depends_on_the_client_is_resolved_for_it() -> None:
    condition = Condition(clients=("192.0.2.0/24", "kids"), other_clients=("192.0.2.9",))
    rules = [listed("a.example", condition=condition), listed("example", "allow")]
    for group, client, expected in (
        ("", "192.0.2.1", "allow"),  # an exception on a list comes first
        ("", "198.51.100.1", "allow"),
    ):
        tried = policy(*rules, group=group)
        assert resolved(tried, "a.example", client) == expected
    for group, client, expected in (
        ("", "192.0.2.1", "block"),
        ("", "192.0.2.9", None),
        ("", "198.51.100.1", None),
        ("kids", "198.51.100.1", "block"),
    ):
        assert resolved(policy(rules[0], group=group), "a.example", client) == expected


def test_what_is_in_shadow_under_a_condition_lets_the_rest_decide() -> None:
    tried = policy(
        listed("a.example", condition=Condition(types=(1,)), list="tried"),
        listed("example", list="firm"),
        lists={"tried": "shadow"},
    )
    assert resolved(tried, "a.example", "192.0.2.1") == "block"
    tried = policy(listed("a.example", condition=Condition(types=(1,))), lists={"a list": "shadow"})
    assert resolved(tried, "a.example", "192.0.2.1") == "shadow"
    assert resolved(tried, "a.example", "192.0.2.1", 28) is None


def test_a_list_and_a_purpose_have_switches() -> None:
    for state, expected in (("on", "block"), ("off", "pass"), ("shadow", "shadow")):
        assert action(policy(listed("a.example"), lists={"a list": state}), "a.example") == expected
        tried = policy(entry("a.example"), purposes={"analytics": state})
        assert action(tried, "a.example") == expected
    exception = listed("a.example", "allow")
    assert action(policy(exception, lists={"a list": "shadow"}), "a.example") == "pass"
    assert (
        action(policy(entry("a.example", "push"), purposes={"push": "on"}), "a.example") == "block"
    )
    chosen = Switch(purposes=frozenset({"analytics"}))
    tried = policy(entry("a.example"), purposes={"analytics": "off"}, vendors={"xiaomi": chosen})
    assert action(tried, "a.example") == "block"  # the vendor's own word comes first


def test_expressions_stand_beside_names() -> None:
    def tried(*rules: Rule) -> Policy:
        own = Expressions([each for each in rules if each.layer == "user"], own=True)
        listed = Expressions([each for each in rules if each.layer != "user"])
        searches = [each for each in (own, listed) if each]
        return policy(*(each for each in rules if each.match != "regex"), searches=searches)

    def regex(text: str, action: RuleAction = "block", layer: Layer = "subscription") -> Rule:
        return Rule(text, ROOT, "regex", action, layer, "a list", 1)

    assert action(tried(regex("^ads[0-9]")), "ads1.example") == "block"
    assert action(tried(regex("^ads[0-9]")), "x.ads1.example") is None
    assert action(tried(listed("example"), regex("^ads", "allow")), "ads.example") == "allow"
    assert action(tried(listed("example", "allow"), regex("^ads")), "ads.example") == "allow"
    assert action(tried(rule("example"), regex("^ads", "allow")), "ads.example") == "block"
    assert action(tried(rule("example"), regex("^ads", "allow", "user")), "ads.example") == "allow"
    assert (
        action(tried(rule("example", "allow"), regex("^ads", "block", "user")), "ads.example")
        == "allow"
    )
    assert action(tried(entry("example"), regex("^ads", "allow")), "ads.example") == "block"
    assert action(tried(entry("example"), regex("^ads", "allow", "user")), "ads.example") == "allow"
    kept = tried(keep("example"), regex("^ads"), regex("^cdn", "block", "user"))
    assert (action(kept, "ads.example"), action(kept, "cdn.example")) == ("allow", "block")


def test_an_answer_s_addresses_may_be_blocked() -> None:
    def about(network: str, action: RuleAction = "block") -> Rule:
        return Rule(
            network, ROOT, "address", action, "subscription", "a list", 1,
            network=ip_network(network),
        )  # fmt: skip

    tried = policy(about("192.0.2.0/24"), about("192.0.2.7/32", "allow"), about("2001:db8::/32"))
    assert tried.inspects_addresses
    for address, expected in (
        ("192.0.2.1", "block"), ("192.0.2.7", "allow"), ("2001:db8::1", "block"), ("::1", None),
    ):  # fmt: skip
        verdict = tried.match_addresses(
            [ip_address("203.0.113.1").packed, ip_address(address).packed]
        )
        assert (verdict.action if verdict else None) == expected
    assert not policy(listed("a.example")).inspects_addresses


def test_on_the_same_name_allow_beats_block() -> None:
    assert action(policy(listed("a.example"), listed("a.example", "allow")), "a.example") == "allow"
    assert action(policy(rule("a.example", "allow"), rule("a.example")), "a.example") == "allow"
    tried = policy(rule("a.example"), rule("=a.example", "allow"))
    assert (action(tried, "a.example"), action(tried, "x.a.example")) == ("allow", "block")


@pytest.mark.parametrize(
    "made, switch, expected",
    [
        (entry("a.example"), None, "block"),
        (entry("a.example"), Switch("off"), "pass"),
        (entry("a.example"), Switch("shadow"), "shadow"),
        (entry("a.example"), Switch(purposes=frozenset({"analytics"})), "block"),
        (entry("a.example"), Switch(purposes=frozenset({"advertising"})), "pass"),
        (entry("a.example", breakage="minor"), None, "block"),
        (entry("a.example", breakage="major"), None, "pass"),
        (entry("a.example", breakage="major"), Switch(max_breakage="major"), "block"),
        (entry("a.example", breakage="minor"), Switch(max_breakage="none"), "pass"),
        (entry("a.example", "updates"), None, "allow"),
        (entry("a.example", "updates"), Switch("off"), "allow"),
        (entry("a.example", "updates"), Switch(purposes=frozenset({"updates"})), "block"),
        (entry("a.example", shared=True), None, "pass"),
        (entry("a.example", shared=True), Switch(purposes=frozenset({"analytics"})), "block"),
        (entry("a.example", vendor="oppo"), Switch("off"), "block"),
    ],
)
def test_a_vendors_switch(made: Rule, switch: Switch | None, expected: str) -> None:
    tried = policy(made, vendors={"xiaomi": switch} if switch else {})
    assert action(tried, "x.a.example") == expected
    steps = tried.trace(from_text("x.a.example"))
    assert [step for step, _ in steps] == [made]
    assert (steps[0][1] == expected) == (expected != "pass")


def test_an_entry_out_of_force_lets_the_next_layer_decide() -> None:
    off = {"xiaomi": Switch("off")}
    tried = policy(entry("a.example"), listed("a.example"), vendors=off)
    assert decided(tried, "a.example") == ("block", "a list")


def test_a_more_specific_entry_out_of_force_shields_from_the_general_one() -> None:
    tried = policy(entry("example"), entry("login.example", breakage="major"))
    assert action(tried, "x.example") == "block"
    assert action(tried, "login.example") == "pass"


def test_a_rule_in_shadow_is_remembered_and_the_search_goes_on() -> None:
    shadow = {"xiaomi": Switch("shadow")}
    tried = policy(entry("a.example"), listed("b.a.example"), vendors=shadow)
    assert action(tried, "a.example") == "shadow"
    assert decided(tried, "b.a.example") == ("block", "a list")
    tried = policy(entry("a.example"), listed("a.example", "allow"), vendors=shadow)
    assert action(tried, "a.example") == "shadow"


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


def test_a_pack_is_off_until_it_is_switched_on() -> None:
    pack = entry("dns.example", "http-dns", vendor="public-dns")
    assert action(policy(pack, off=["public-dns"]), "dns.example") == "pass"
    on = {"public-dns": Switch()}
    assert action(policy(pack, off=["public-dns"], vendors=on), "dns.example") == "block"


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
