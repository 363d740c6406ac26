"""The later change wins, in every form that a rule can have; switches and pauses by group."""

from typing import Any

import pytest

from blocker.core.policy import NoRules, Policy
from blocker.link import Generation, Group, UserRule
from blocker.store import Key, Setting, Settings, effective
from blocker.store.effective import client_of
from blocker.userrules import user_rule
from tests.support.plans import GENERATION, generation

NOW = 1000.0
MAC = "02:00:5e:10:00:01"


def said(action: str, text: str, **scope: str) -> UserRule:
    rule = UserRule(action=action, text=text, list="blocker.yaml", line=7)
    return {**rule, **scope}  # type: ignore[typeddict-item]


def changed(*values: tuple[Key, dict[str, Any]]) -> Settings:
    return Settings(
        tuple(Setting(key, value, number, 0, "me") for number, (key, value) in enumerate(values, 1))
    )


def group(name: str, **blocking: Any) -> Group:
    default = GENERATION.groups[0]
    made: Any = {**default, "name": name, "blocking": {**default["blocking"], **blocking}}
    return made  # type: ignore[no-any-return]


def rule(action: str, text: str, group: str = "", client: str = "") -> tuple[Key, dict[str, Any]]:
    return Key("rule", text, group, client), {"action": action}


def passing(action: str, text: str, until: float = NOW + 60) -> tuple[Key, dict[str, Any]]:
    return Key("temporary", text), {"action": action, "until": until}


def rules(configured: list[UserRule], settings: Settings, now: float = NOW) -> list[str]:
    made = effective(generation(rules=configured), settings, now)
    return [f"{each['action']} {each['text']}" for each in made.rules]


def verdict(texts: list[str], name: str) -> str:
    """What a policy with these rules says of a name."""
    overlay = [user_rule(text, action) for action, text in map(str.split, texts)]  # type: ignore[arg-type]
    found = Policy(NoRules(), overlay).match(user_rule(name, "block").name)
    return found.action if found else "pass"


def test_nothing_changed_is_the_configuration() -> None:
    configured = generation(rules=[said("block", "a"), said("allow", "a")])
    assert effective(configured, Settings(), NOW) == configured


def test_a_rule_says_what_made_it() -> None:
    settings = changed(rule("block", "a", "default"), rule("allow", "b", client="::1"))
    assert effective(generation(), settings, NOW).rules == [
        {"action": "block", "text": "a", "list": "changes", "line": 1, "group": "default"},
        {"action": "allow", "text": "b", "list": "changes", "line": 2, "client": "::1"},
    ]
    (passing_rule,) = effective(generation(), changed(passing("allow", "a")), NOW).rules
    assert passing_rule.get("until") == NOW + 60


@pytest.mark.parametrize("first", ["allow", "block"])
@pytest.mark.parametrize("later", ["allow", "block"])
@pytest.mark.parametrize("old", ["a.example", "=a.example", "A.Example."])
def test_the_later_of_two_rules_on_a_name_decides(first: str, later: str, old: str) -> None:
    for settings, configured in (
        (changed(rule(later, "a.example")), [said(first, old)]),
        (changed(rule(first, old.rstrip(".").lower()), rule(later, "a.example")), []),
    ):
        if configured or old.startswith("="):  # else it is one key with one value
            assert verdict(rules(configured, settings), "a.example") == later


def test_a_name_alone_does_not_touch_what_is_said_of_all_below() -> None:
    left = rules([said("block", "a.example")], changed(rule("allow", "=a.example")))
    assert verdict(left, "a.example") == "allow"
    assert verdict(left, "b.a.example") == "block"


def test_what_is_for_a_while_stands_in_front_and_then_does_not() -> None:
    blocked, allowed = [said("block", "a.example")], [said("allow", "a.example")]
    settings = changed(passing("allow", "a.example"))
    assert verdict(rules(blocked, settings), "a.example") == "allow"
    # The block stays beside it: should admin be gone when it ends, workers need nobody.
    assert "block a.example" in rules(blocked, settings)
    assert verdict(rules(blocked, settings, NOW + 60), "a.example") == "block"
    settings = changed(passing("block", "a.example"))
    assert verdict(rules(allowed, settings), "a.example") == "block"
    assert verdict(rules(allowed, settings, NOW + 60), "a.example") == "allow"


def test_a_later_rule_for_ever_ends_one_for_a_while() -> None:
    settings = changed(passing("allow", "a"), rule("block", "a"))
    assert rules([], settings) == ["block a"]


def test_left_out_of_the_configuration() -> None:
    configured = [said("block", "A.example"), said("allow", "=a.example"), said("block", "b")]
    assert rules(configured, changed(rule("remove", "a.example"))) == [
        "allow =a.example",
        "block b",
    ]
    again = changed(rule("allow", "b"), rule("remove", "a.example"))
    assert rules(configured, again) == ["allow =a.example", "allow b"]


def test_scopes_do_not_contradict_each_other() -> None:
    configured = [
        said("block", "a"),
        said("block", "a", group="kids"),
        said("block", "a", client="::1"),
    ]
    groups = [group("default"), group("kids")]
    made = effective(
        generation(rules=configured, groups=groups), changed(rule("allow", "a", "kids")), NOW
    )
    assert [(each["action"], each.get("group"), each.get("client")) for each in made.rules] == [
        ("block", None, None),
        ("block", None, "::1"),
        ("allow", "kids", None),
    ]


def test_regular_expressions_are_what_they_are() -> None:
    configured = [said("block", "/A+/"), said("block", "/a+/")]
    assert rules(configured, changed(rule("allow", "/A+/"))) == ["block /a+/", "allow /A+/"]


def test_a_group_that_is_gone_keeps_its_settings_to_itself() -> None:
    settings = changed(
        rule("block", "a", "gone"),
        (Key("vendor", "xiaomi", "gone"), {"state": "off"}),
        (Key("pause", group="gone"), {"until": NOW + 9}),
    )
    assert effective(generation(), settings, NOW) == generation()


def switched(configured: Generation, *values: tuple[Key, dict[str, Any]]) -> dict[str, Any]:
    made = effective(configured, changed(*values), NOW)
    return {each["name"]: each["blocking"] for each in made.groups}


def test_a_switch_for_all_is_for_those_without_one_of_their_own() -> None:
    own = {"xiaomi": {"state": "shadow", "purposes": None, "max_breakage": None}}
    configured = generation(groups=[group("default"), group("kids"), group("lab", vendors=own)])
    made = switched(configured, (Key("vendor", "xiaomi"), {"state": "off"}))
    states = {name: blocking["vendors"]["xiaomi"]["state"] for name, blocking in made.items()}
    assert states == {"default": "off", "kids": "off", "lab": "shadow"}
    assert configured.groups[0]["blocking"]["vendors"] == {}, "what it is put over stays"


def test_a_switch_for_a_group_is_before_one_for_all() -> None:
    configured = generation(groups=[group("default"), group("kids")])
    for kind, place in (("purpose", "purposes"), ("subscription", "lists")):
        made = switched(
            configured,
            (Key(kind, "x", "kids"), {"state": "on"}),  # type: ignore[arg-type]
            (Key(kind, "x"), {"state": "off"}),  # type: ignore[arg-type]
        )
        assert made["default"][place] == {"x": "off"}
        assert made["kids"][place] == {"x": "on"}


def test_a_vendors_switch_keeps_what_else_is_said_of_it() -> None:
    said_of_it = {"state": "on", "purposes": ["analytics"], "max_breakage": "none"}
    configured = generation(groups=[group("default", vendors={"xiaomi": said_of_it})])
    made = switched(configured, (Key("vendor", "xiaomi"), {"state": "shadow"}))
    assert made["default"]["vendors"]["xiaomi"] == {**said_of_it, "state": "shadow"}


def test_pauses_are_of_all_or_of_a_group() -> None:
    configured = generation(groups=[group("default"), group("kids")])
    settings = changed(
        (Key("pause"), {"until": NOW + 5}), (Key("pause", group="kids"), {"until": NOW + 9})
    )
    made = effective(configured, settings, NOW)
    assert made.paused_until == NOW + 5
    assert [each.get("paused_until") for each in made.groups] == [None, NOW + 9]
    made = effective(configured, settings, NOW + 5)
    assert made.paused_until is None
    assert made.groups[1].get("paused_until") == NOW + 9


def test_ten_thousand_of_both_take_no_time() -> None:
    import time

    configured = [said("block", f"n{number}.example") for number in range(10_000)]
    settings = changed(*(rule("allow", f"n{number}.example") for number in range(0, 10_000, 10)))
    begun = time.process_time()
    assert len(rules(configured, settings)) == 10_000
    assert time.process_time() - begun < 1


def members(*groups: tuple[str, list[str], bool], put: dict[str, str]) -> dict[str, list[str]]:
    """Who is in each group (name, clients, whether it has a schedule) once devices were put."""
    hours: Any = [{"days": [], "from": "08:00", "to": "12:00"}]
    configured = [
        GENERATION.groups[0],
        *({**group(name), "clients": some, "schedule": hours if has else []}
          for name, some, has in groups),
    ]  # fmt: skip
    settings = changed(*((Key("member", key), {"group": where}) for key, where in put.items()))
    made = effective(generation(groups=configured), settings, NOW)
    return {each["name"]: each["clients"] for each in made.groups}


def test_a_device_is_put_in_a_group() -> None:
    kids, lab = ("kids", [MAC, "192.0.2.0/24"], False), ("lab", ["192.0.2.7"], False)
    put = {f"mac:{MAC}": "lab", "ip:192.0.2.7": "default"}
    assert members(kids, lab, put=put) == {
        "default": ["192.0.2.7"], "kids": ["192.0.2.0/24"], "lab": [MAC],
    }  # fmt: skip
    assert members(kids, put={f"mac:{MAC}": "gone"})["kids"] == kids[1], "no such group any more"


def test_outside_the_hours_it_is_where_it_was() -> None:
    kids, night = ("kids", [MAC], False), ("night", ["::1"], True)
    assert members(kids, night, put={f"mac:{MAC}": "night"})["kids"] == [MAC]
    assert members(kids, night, put={"ip:::1": "kids"}) == {
        "default": [], "kids": [MAC, "::1"], "night": [],
    }  # fmt: skip


def test_an_id_is_the_key_of_its_device() -> None:
    assert client_of("id:anna-phone") == "id:anna-phone"
    assert client_of("ip:192.0.2.7") == "192.0.2.7"
