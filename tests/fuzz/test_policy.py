"""Fuzz: verdicts beside a walk over every rule.

Invariant: `match` says what reading every rule, one by one, label by label, says: also of names
whose labels hold octets that look like lengths, and whatever was asked before.
"""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from blocker.core.names import from_text, labels, to_text
from blocker.core.policy import BREAKAGE, LAYERS, TELEMETRY, Rule, Switch
from tests.fuzz.strategies import NAMES
from tests.support.rules import policy

SWITCHES = st.dictionaries(
    st.sampled_from(["xiaomi", "oppo"]),
    st.builds(
        Switch,
        st.sampled_from(["on", "off", "shadow"]),
        st.sampled_from([None, frozenset({"analytics"}), frozenset({"updates"})]),
        st.sampled_from([None, *BREAKAGE]),
    ),
)
RULES = st.builds(
    lambda name, match, action, layer, vendor, purpose, breakage, shared: Rule(
        to_text(name.lower()),
        name.lower(),
        match,
        "allow" if layer == "keep" else "block" if layer == "curated" else action,
        layer,
        f"{layer}.txt",
        1,
        vendor=vendor if layer in ("curated", "zone") else "",
        purpose=purpose if layer == "curated" else "",
        breakage=breakage,
        shared=shared,
    ),
    NAMES.filter(lambda name: len(name) > 1),
    st.sampled_from(["subtree", "subtree", "exact"]),
    st.sampled_from(["block", "allow"]),
    st.sampled_from(LAYERS),
    st.sampled_from(["xiaomi", "oppo"]),
    st.sampled_from(["analytics", "push", "updates"]),
    st.sampled_from(BREAKAGE),
    st.booleans(),
)

XIAOMI = Rule("xiaomi.com", from_text("xiaomi.com"), "subtree", "block", "user", "u", 1)


@given(st.lists(RULES, max_size=8), st.lists(NAMES, min_size=1, max_size=6), SWITCHES)
@settings(max_examples=500)
@example([XIAOMI], [b"\x09ab\x06xiaomi\x03com\x00", b"\x02ab\x06xiaomi\x03com\x00"], {})
def test_match_says_what_a_walk_over_every_rule_says(
    rules: list[Rule], names: list[bytes], vendors: dict[str, Switch]
) -> None:
    tried = policy(*rules, vendors=vendors)
    below = [b"\x01q" + rule.name for rule in rules if len(rule.name) < 250]
    inside = [bytes((len(rule.name),)) + b"x" + rule.name for rule in rules if len(rule.name) < 64]
    folded = [name.lower() for name in names]
    for name in [*folded, *(rule.name for rule in rules), *below, *inside] * 2:
        verdict = tried.match(name)
        assert (verdict.action if verdict else None) == walk(rules, name, vendors), to_text(name)


def walk(rules: list[Rule], name: bytes, vendors: dict[str, Switch]) -> str | None:
    asked = list(labels(name))[::-1]
    shadow = known = None
    for layer in LAYERS:
        matching = [
            (len(own), rule)
            for rule in rules
            if rule.layer == layer
            and asked[: len(own := list(labels(rule.name))[::-1])] == own
            and (rule.match == "subtree" or len(own) == len(asked))
        ]
        matching.sort(
            key=lambda pair: (-pair[0], pair[1].action == "block", pair[1].match == "subtree")
        )
        for _, rule in matching[:1] if layer == "curated" else matching:
            if layer == "zone":
                return shadow or "pass"
            state = rule.action if layer != "curated" else in_force(rule, vendors)
            known = known or state or "pass"
            if state in ("block", "allow"):
                return "shadow" if shadow and state == "allow" else state
            shadow = shadow or state
    return shadow or known


def in_force(rule: Rule, vendors: dict[str, Switch]) -> str | None:
    switch = vendors.get(rule.vendor, Switch())
    chosen = switch.purposes if switch.purposes is not None else TELEMETRY
    if rule.purpose not in chosen:
        return None if rule.purpose in TELEMETRY else "allow"
    limit = switch.max_breakage or "minor"
    too_much = BREAKAGE.index(rule.breakage) > BREAKAGE.index(limit)
    if switch.state == "off" or too_much or (rule.shared and switch.purposes is None):
        return None
    return "shadow" if switch.state == "shadow" else "block"
