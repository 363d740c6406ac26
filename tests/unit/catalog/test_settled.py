"""What check says of names that hold together, under the user's switches and rules."""

from blocker.catalog.settled import freed, impossible
from blocker.core.policy import Policy, Rule
from blocker.core.relations import Kind, Relation
from tests.support.rules import entry, policy, rule

A, B = "a.mi.com", "b.mi.com"


def relation(kind: Kind) -> Relation:
    return Relation(kind, (A, B), "The watch works.", "xiaomi", "lists/vendors/xiaomi.yaml", 5)


def made(kind: Kind, *rules: Rule) -> Policy:
    return policy(entry(A), entry(B), *rules, relations=[relation(kind)])


def test_what_the_lists_settle_by_themselves_is_not_told() -> None:
    usual = made("keep_one_of")
    assert [each.text for each in usual.settled] == [A]
    assert list(freed(usual, usual)) == []


def test_what_a_rule_of_the_user_frees_is_told() -> None:
    mine = made("block_together", rule(A, "allow"))
    assert [str(each) for each in freed(mine, made("block_together"))] == [
        "lists/vendors/xiaomi.yaml:5: b.mi.com: is not blocked: "
        "blocked only where a.mi.com is too: The watch works."
    ]
    assert list(impossible(mine, [relation("block_together")])) == []


def test_rules_that_leave_none() -> None:
    mine = made("keep_one_of", rule(A), rule("mi.com", line=7))
    assert [str(each) for each in impossible(mine, [relation("keep_one_of")])] == [
        "blocker.yaml:1: rules.block: a.mi.com: leaves none of a.mi.com, b.mi.com, and one has to "
        "stay: The watch works.; add a.mi.com to `allow:`"
    ]


def test_rules_that_block_one_alone() -> None:
    mine = made("block_together", rule(A, "allow"), rule(B, line=9))
    assert [str(each) for each in impossible(mine, [relation("block_together")])] == [
        "blocker.yaml:9: rules.block: b.mi.com: blocks b.mi.com but not a.mi.com, and that is of "
        "use together only: The watch works.; block those too, or none"
    ]
