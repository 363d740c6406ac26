"""Conditions on the type that is asked for, and on who asks."""

import pytest

from blocker.core.cases import asks_who, deciding, holds
from blocker.core.names import from_text
from blocker.core.rule import Condition, Rule, Verdict
from tests.support.packets import AAAA, HTTPS, TXT, A
from tests.support.rules import listed, policy, resolved, rule


@pytest.mark.parametrize(
    "condition, qtype, client, group, expected",
    [
        (None, A, "192.0.2.1", "", True),
        (Condition(), A, "192.0.2.1", "", True),
        (Condition(types=(A, AAAA)), AAAA, "192.0.2.1", "", True),
        (Condition(types=(A, AAAA)), HTTPS, "192.0.2.1", "", False),
        (Condition(other_types=(A,)), A, "192.0.2.1", "", False),
        (Condition(other_types=(A,)), AAAA, "192.0.2.1", "", True),
        (Condition(types=(A,), other_types=(A,)), A, "192.0.2.1", "", False),
        (Condition(clients=("192.0.2.1",)), A, "192.0.2.1", "", True),
        (Condition(clients=("192.0.2.1",)), A, "192.0.2.10", "", False),
        (Condition(clients=("192.0.2.0/24",)), A, "192.0.2.10", "", True),
        (Condition(clients=("192.0.2.77/24",)), A, "192.0.2.10", "", True),  # host bits are set
        (Condition(clients=("192.0.2.0/24",)), A, "192.0.3.10", "", False),
        (Condition(clients=("0.0.0.0/0",)), A, "2001:db8::1", "", False),
        (Condition(clients=("fe80::/10",)), A, "fe80::1%eth0", "", True),
        (Condition(clients=("kids",)), A, "192.0.2.1", "kids", True),
        (Condition(clients=("kids",)), A, "192.0.2.1", "tv", False),
        (Condition(clients=("kids", "192.0.2.1")), A, "192.0.2.1", "tv", True),
        (Condition(other_clients=("kids",)), A, "192.0.2.1", "kids", False),
        (Condition(other_clients=("kids",)), A, "192.0.2.1", "tv", True),
        (Condition(clients=("kids",), other_clients=("192.0.2.1",)), A, "192.0.2.1", "kids", False),
        (Condition(types=(A,), clients=("kids",)), TXT, "192.0.2.1", "kids", False),
        (Condition(types=(A,), clients=("kids",)), A, "192.0.2.1", "tv", False),
    ],
)
def test_a_condition_holds(
    condition: Condition | None, qtype: int, client: str, group: str, expected: bool
) -> None:
    assert holds(condition, qtype, client, group) is expected


@pytest.mark.parametrize(
    "actions, decides",
    [
        ("", None),
        ("block", 0),
        ("allow block", 0),
        ("pass", 0),
        ("shadow block", 1),
        ("shadow local", 1),
        ("shadow allow block", 0),  # it would have been blocked, and is let pass: that is counted
        ("shadow shadow pass", 0),
        ("shadow", 0),
    ],
)
def test_of_several_verdicts_one_decides(actions: str, decides: int | None) -> None:
    cases = [Verdict(action, rule("a.example")) for action in actions.split()]  # type: ignore[arg-type]
    assert deciding(cases) is (None if decides is None else cases[decides])


@pytest.mark.parametrize(
    "rules, expected",
    [
        ([listed("a.example", condition=Condition(types=(A,)))], False),
        ([listed("a.example", condition=Condition(other_types=(A,))), listed("example")], False),
        ([listed("a.example", condition=Condition(clients=("kids",)))], True),
        ([listed("a.example", condition=Condition(other_clients=("kids",)))], True),
        (
            [
                listed("a.example", condition=Condition(types=(A,))),
                listed("example", condition=Condition(clients=("192.0.2.1",))),
            ],
            True,
        ),
    ],
)
def test_what_names_clients_is_known_to(rules: list[Rule], expected: bool) -> None:
    verdict = policy(*rules).match(from_text("a.example"))
    assert verdict is not None
    assert verdict.action == "depends"
    assert asks_who(verdict) is expected


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
    told: tuple[tuple[str, str, str | None], ...] = (
        ("", "192.0.2.1", "block"),
        ("", "192.0.2.9", None),
        ("", "198.51.100.1", None),
        ("kids", "198.51.100.1", "block"),
    )
    for group, client, outcome in told:
        assert resolved(policy(rules[0], group=group), "a.example", client) == outcome


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


def test_a_rule_for_some_types_comes_before_one_for_all_of_the_same_name() -> None:
    tried = policy(
        listed("a.example", mode="nxdomain"),
        listed("a.example", mode="nodata", condition=Condition(types=(AAAA,))),
    )
    verdict = tried.match(from_text("a.example"))
    assert verdict is not None
    modes = {
        qtype: found.rule.mode
        for qtype in (A, AAAA)
        if (found := tried.resolve(verdict, qtype, "192.0.2.1"))
    }
    assert modes == {A: "nxdomain", AAAA: "nodata"}


def test_the_trace_says_which_rules_are_about_others() -> None:
    about_kids = listed("a.example", condition=Condition(clients=("kids",)))
    tried = policy(about_kids, listed("example"))
    name = from_text("a.example")
    others = "it is about other types or other clients"
    assert [state for _, state in tried.trace(name, A, "192.0.2.1")] == [others, "block"]
    assert [state for _, state in tried.trace(name)] == ["block", "an earlier rule decided"]
