"""Which rules match a name, and in which order they are asked.

Layers in order. Of the user's rules, one client's before a group's before everyone's. In a layer
the most specific name first, and on the same name allow, then local, then block; what lists say of
how a name is answered comes in the order of the lists, as response policy zones do. Two exceptions,
as people know them from other blockers: on a list an exception outranks every block whatever its
name, and `$important` outranks both; and a regular expression, whose name nobody can compare, comes
first if it allows and last if it blocks.
"""

from collections.abc import Iterable
from typing import Final

from blocker.core.families import is_member, own_labels
from blocker.core.names import is_below, starts_label
from blocker.core.rule import LAYERS, SCOPES, Condition, Rule

_NAMES: Final = 3  # the tier of rules that are compared by their names
_REGEXES: Final = 4


def applicable(
    name: bytes, pairs: list[tuple[bytes, Rule]], found: Iterable[Rule] = ()
) -> list[Rule]:
    """The rules that match the name, in the order of decision: of all at its keys, and of those
    whose expression was found in it.
    """
    lists: dict[tuple[bytes, str], int] = {}  # at each key, in their order
    ranked = [
        (_rank(rule, key, lists.setdefault((key, rule.list), len(lists))), rule)
        for key, rule in pairs
        if starts_label(name, len(name) - len(key))
        and _matches(rule, name, exact=len(key) == len(name))
    ]
    ranked += [(_rank(rule, b""), rule) for rule in found if not _leaves_out(rule, name)]
    ranked.sort(key=lambda pair: pair[0])
    return [rule for _, rule in ranked]


def depends_on_the_name(rule: Rule) -> bool:
    """Whether of the names below the rule's own some match and some do not."""
    return rule.match == "pattern" or bool(rule.unless)


def _matches(rule: Rule, name: bytes, *, exact: bool) -> bool:
    if _leaves_out(rule, name):
        return False
    if rule.match == "subtree":
        return True
    if rule.match == "exact":
        return exact
    return not exact and (rule.match == "below" or is_member(name, rule.name, rule.text))


def _leaves_out(rule: Rule, name: bytes) -> bool:
    return any(is_below(name, left_out) for left_out in rule.unless)


def _rank(rule: Rule, key: bytes, order: int = 0) -> tuple[int, ...]:
    specific = -len(key)
    if rule.match == "pattern":  # longer than its parent by the labels it writes out itself
        specific -= sum(len(label) + 1 for label in own_labels(rule.text))
    return (
        LAYERS.index(rule.layer),
        SCOPES.index(rule.scope),
        _tier(rule),
        specific,
        _ACTIONS["local" if rule.mode else rule.action],
        order if rule.layer == "subscription" else 0,
        _ACTIONS[rule.action],
        _COVERS[rule.match],
        -_demands(rule.condition),  # the more is asked of a question, the more specific
    )


def _demands(condition: Condition | None) -> int:
    if condition is None:
        return 0
    return bool(condition.types or condition.other_types) + bool(
        condition.clients or condition.other_clients
    )


def _tier(rule: Rule) -> int:
    if rule.layer == "subscription":
        if rule.important:
            return 0 if rule.action == "allow" else 1
        if rule.action == "allow":
            return 2
    if rule.match == "regex":
        return 2 if rule.action == "allow" else _REGEXES
    return _NAMES


_ACTIONS: Final = {"allow": 0, "local": 1, "block": 2}
_COVERS: Final = {"exact": 0, "pattern": 1, "below": 1, "subtree": 2, "regex": 3}
