"""Names that hold together: what is freed for their sake, and what stays with the user."""

import pytest

from blocker.core.names import from_text
from blocker.core.policy import Policy, Rule, Switch
from blocker.core.relations import Kind, Relation, holds
from tests.support.rules import entry, keep, listed, policy, rule

A, B, C = "a.mi.com", "b.mi.com", "c.mi.com"
ENTRIES = (entry(A), entry(B), entry(C))


def relation(kind: Kind, *members: str) -> Relation:
    return Relation(kind, members or (A, B, C), "R.", "xiaomi", "lists/vendors/xiaomi.yaml", 5)


def blocked(tried: Policy) -> set[str]:
    names = {name: tried.match(from_text(name)) for name in (A, B, C)}
    return {name for name, verdict in names.items() if verdict and verdict.action == "block"}


@pytest.mark.parametrize(
    "more, expected",
    [
        ((), {B, C}),  # the first named stays
        ((rule(A),), {A, C}),  # the user wants that one blocked, so the next stays
        ((rule(A), rule(B)), {A, B}),
        ((rule("mi.com"),), {A, B, C}),  # the user's own rules make it impossible
        ((rule(C, "allow"),), {A, B}),  # one stays anyway
        ((keep(B),), {A, C}),
        ((listed(A), listed(B), listed(C)), {B, C}),  # lists may not block it either
    ],
)
def test_keep_one_of(more: tuple[Rule, ...], expected: set[str]) -> None:
    assert blocked(policy(*ENTRIES, *more, relations=[relation("keep_one_of")])) == expected


@pytest.mark.parametrize(
    "more, expected",
    [
        ((), {A, B, C}),
        ((rule(A, "allow"),), set()),
        ((keep(C),), set()),
        ((rule("mi.com"),), {A, B, C}),
        ((rule(A, "allow"), rule(B)), {B}),  # what the user blocks stays blocked
        ((listed(A, "allow"),), {A, B, C}),  # a list does not decide where an entry does
    ],
)
def test_block_together(more: tuple[Rule, ...], expected: set[str]) -> None:
    assert blocked(policy(*ENTRIES, *more, relations=[relation("block_together")])) == expected


def test_block_together_when_one_entry_is_not_in_force() -> None:
    entries = (entry(A), entry(B), entry(C, breakage="major"))
    group = relation("block_together")
    assert blocked(policy(*entries, relations=[group])) == set()
    assert blocked(policy(*entries, relations=[group], max_breakage="major")) == {A, B, C}
    off = {"xiaomi": Switch("off")}
    assert blocked(policy(*entries, listed(A), relations=[group], vendors=off)) == set()


def test_shadow_blocks_nothing_so_nothing_is_freed() -> None:
    tried = policy(
        *ENTRIES, relations=[relation("keep_one_of")], vendors={"xiaomi": Switch("shadow")}
    )
    assert tried.settled == []


def test_one_group_frees_what_another_asks_for() -> None:
    groups = [relation("block_together", B, A), relation("keep_one_of", A, C)]
    tried = policy(*ENTRIES, relations=groups)
    assert blocked(tried) == {C}
    for name, why in (
        (A, f"of {A} and {C} one has to stay"),
        (B, f"blocked only where {A} is too"),
    ):
        verdict = tried.match(from_text(name))
        assert verdict
        assert verdict.rule.reason == f"{why}: R."


def test_an_exact_member_frees_its_name_alone() -> None:
    tried = policy(entry(f"={A}"), entry(B), relations=[relation("keep_one_of", f"={A}", B)])
    assert blocked(tried) == {B}


def test_holds() -> None:
    block = policy(entry(A)).match(from_text(A))
    one, all_ = relation("keep_one_of", A, B), relation("block_together", A, B)
    assert [holds(one, said) for said in ([block, block], [block, None], [None, None])] == [
        False, True, True,
    ]  # fmt: skip
    assert [holds(all_, said) for said in ([block, block], [block, None], [None, None])] == [
        True, False, True,
    ]  # fmt: skip
