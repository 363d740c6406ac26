"""Switches by vendor, purpose, breakage and list, and what is in force by them."""

import pytest

from blocker.core.names import from_text
from blocker.core.rule import Rule
from blocker.core.switches import Switch, Switches
from tests.support.rules import action, decided, entry, listed, policy


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


def test_a_pack_is_off_until_it_is_switched_on() -> None:
    pack = entry("dns.example", "http-dns", vendor="public-dns")
    assert action(policy(pack, off=["public-dns"]), "dns.example") == "pass"
    on = {"public-dns": Switch()}
    assert action(policy(pack, off=["public-dns"], vendors=on), "dns.example") == "block"


@pytest.mark.parametrize(
    "switches, made, why",
    [
        (Switches({"xiaomi": Switch("off")}), entry("a.example"), "vendor xiaomi is switched off"),
        (
            Switches(purposes={"analytics": "off"}),
            entry("a.example"),
            "the purpose analytics is switched off",
        ),
        (
            Switches({"xiaomi": Switch(purposes=frozenset({"push"}))}),
            entry("a.example"),
            "analytics is not among the purposes chosen for xiaomi",
        ),
        (
            Switches(max_breakage="none"),
            entry("a.example", breakage="minor"),
            "its breakage is minor, the limit is none",
        ),
        (
            Switches(),
            entry("a.example", shared=True),
            "shared with a function of the device; DNS cannot separate them",
        ),
    ],
)
def test_what_is_not_in_force_says_why(switches: Switches, made: Rule, why: str) -> None:
    assert switches.curated(made) == why


def test_a_list_that_is_not_in_force_says_why() -> None:
    switches = Switches(lists={"one": "off", "two": "shadow"})
    assert switches.listed(listed("a.example", list="one")) == "the list one is switched off"
    exception = listed("a.example", "allow", list="two")
    assert switches.listed(exception) == "the list two is in shadow"
    assert switches.listed(listed("a.example", "local", list="two")) == "shadow"
    assert switches.listed(listed("a.example", "local", list="three")) == "local"


def test_a_vendor_s_limit_stands_instead_of_the_policy_s() -> None:
    made = entry("a.example", breakage="minor")
    assert Switches({"xiaomi": Switch(max_breakage="none")}).curated(made) != "block"
    assert Switches({"xiaomi": Switch(max_breakage="minor")}, max_breakage="none").curated(
        made
    ) == ("block")


def test_shadow_needs_one_who_says_so() -> None:
    for switches in (
        Switches({"xiaomi": Switch("shadow")}),
        Switches(purposes={"analytics": "shadow"}),
        Switches({"xiaomi": Switch("shadow")}, {"analytics": "on"}),
    ):
        assert switches.curated(entry("a.example")) == "shadow"
    off = Switches({"xiaomi": Switch("off")}, {"analytics": "shadow"})
    assert off.curated(entry("a.example")) == "vendor xiaomi is switched off"
