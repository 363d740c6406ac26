"""Which rules match a name, and in which order they are asked.

Layers in order; in a layer the most specific name first, and on the same name allow before block.
"""

from blocker.core.families import is_member, own_labels
from blocker.core.names import starts_label
from blocker.core.rule import LAYERS, Rule


def applicable(name: bytes, pairs: list[tuple[bytes, Rule]]) -> list[Rule]:
    """The rules that match the name, of all at its keys, in the order of decision."""
    ranked = [
        (_rank(rule, key), rule)
        for key, rule in pairs
        if starts_label(name, len(name) - len(key))
        and _matches(rule, name, exact=len(key) == len(name))
    ]
    ranked.sort(key=lambda pair: pair[0])
    return [rule for _, rule in ranked]


def _matches(rule: Rule, name: bytes, *, exact: bool) -> bool:
    if rule.match == "subtree":
        return True
    if rule.match == "exact":
        return exact
    return not exact and is_member(name, rule.name, rule.text)


def _rank(rule: Rule, key: bytes) -> tuple[int, int, int, bool]:
    """Layer, then the most specific name, then allow before block, then exact before subtree."""
    specific = -len(key)
    if rule.match == "pattern":  # longer than its parent by the labels it writes out itself
        specific -= sum(len(label) + 1 for label in own_labels(rule.text))
    return (LAYERS.index(rule.layer), specific, rule.action == "block", rule.match == "subtree")
