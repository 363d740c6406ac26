"""To allow, to block, and to take it back."""

import pytest

from blocker.asked.listing import rules_in_force
from blocker.asked.present import NotPossible
from blocker.asked.rules import NewAllowance, NewRule, Removal
from blocker.store import Key
from tests.support.asked import NOW, present


def new(action: str, name: object, **said: object) -> NewRule:
    return NewRule.model_validate({"action": action, "name": name, **said})


def test_a_rule_for_ever_replaces_one_for_a_while() -> None:
    edit = new("allow", ["B.Example.", "=c"], group="kids", note="school").edit(present())
    assert edit.what == "allow b.example, =c for the group kids (school)"
    value = {"action": "allow", "note": "school"}
    assert edit.values == {
        Key("rule", "b.example", "kids"): value,
        Key("temporary", "b.example", "kids"): None,
        Key("rule", "=c", "kids"): value,
        Key("temporary", "=c", "kids"): None,
    }


def test_a_rule_for_a_while_stands_beside_one_for_ever() -> None:
    said = {"for": "30m", "client": "192.0.2.7"}
    edit = new("block", "a", **said).edit(present())
    assert edit.what == "block a for 192.0.2.7 for 30m"
    assert edit.values == {
        Key("temporary", "a", client="192.0.2.7"): {"action": "block", "until": NOW + 1800}
    }


def test_an_allowance_is_an_allow_for_a_while() -> None:
    asked = NewAllowance.model_validate({"name": "a", "for": "90s", "note": "n"})
    assert asked.edit(present()) == new("allow", "a", note="n", **{"for": "90s"}).edit(present())
    with pytest.raises(ValueError, match="for"):
        NewAllowance.model_validate({"name": "a"})


@pytest.mark.parametrize(
    "said, why",
    [
        ({"action": "deny"}, "action"),
        ({"group": "kids", "client": "::1"}, "names a group and a client; write one of them"),
        ({"client": "kids"}, "write the client's IP address"),
        ({"for": "30"}, "write 30s"),
        ({"more": 1}, "Extra inputs"),
        ({"note": "\x1b[2J"}, "note"),
    ],
)
def test_what_does_not_fit(said: dict[str, object], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        NewRule.model_validate({"action": "allow", "name": "a", **said})


def test_an_unknown_group() -> None:
    with pytest.raises(NotPossible, match="there is no group kidz; did you mean kids"):
        new("allow", "a", group="kidz").edit(present())


def test_a_block_that_would_change_nothing_is_said_so() -> None:
    with pytest.raises(NotPossible, match=r"with all below it, by blocker\.yaml:4") as caught:
        new("block", "=fine.example").edit(present())
    fine = next(rule for rule in rules_in_force(present()) if rule.name == "fine.example")
    assert f"blocker rules remove {fine.id}" in str(caught.value)
    new("block", "fine.example").edit(present())
    new("block", "=fine.example", group="kids").edit(present())  # groups come before all


def test_by_name_all_rules_on_it_are_removed() -> None:
    now = present(
        (Key("rule", "x"), {"action": "block"}),
        (Key("temporary", "x"), {"action": "allow", "until": NOW + 9}),
        (Key("rule", "x", "kids"), {"action": "block"}),
    )
    assert Removal(id="X.").edit(now).values == {
        Key("rule", "x"): None,
        Key("temporary", "x"): None,
        Key("rule", "x", "kids"): None,
    }
    assert Removal(id="x", group="kids").edit(now).values == {Key("rule", "x", "kids"): None}


def test_one_of_the_configuration_is_left_out() -> None:
    edit = Removal(id="ads.example").edit(present())
    assert edit.what == "remove block Ads.example"
    assert edit.values == {Key("rule", "ads.example"): {"action": "remove"}}
    assert Removal(id="k.example").edit(present()).values == {
        Key("rule", "k.example", "kids"): {"action": "remove"}
    }


def test_by_id_one_rule_is_removed() -> None:
    now = present((Key("rule", "ads.example"), {"action": "allow"}))
    (rule,) = (rule for rule in rules_in_force(now) if rule.name == "ads.example")
    assert Removal(id=rule.id).edit(now).values == {Key("rule", "ads.example"): None}
    with pytest.raises(NotPossible, match=r"no rule in force is 00000000; `blocker rules`"):
        Removal(id="00000000").edit(now)
