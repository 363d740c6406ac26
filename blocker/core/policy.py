"""What is decided about a name, and by which rule.

Layers are asked in order, the first with a match decides: the user's rules, keep, curated entries,
subscriptions. Inside a layer the most specific name decides; on the same name allow beats block.
A rule in shadow is remembered and the search goes on. Vendors' zones come last and decide nothing:
they tell whose name it is.

Rule: a Policy never changes after it is made. A change makes a new one and swaps the reference, so
what is remembered here (verdicts by matched key) can never be out of date.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

from blocker.core.names import trie_key
from blocker.core.precedence import applicable
from blocker.core.relations import Relation, settle
from blocker.core.rule import (
    BREAKAGE,
    LAYERS,
    PURPOSES,
    TELEMETRY,
    Layer,
    Match,
    Rule,
    RuleAction,
    Verdict,
    VerdictAction,
)

__all__ = [
    "BREAKAGE",
    "LAYERS",
    "PURPOSES",
    "TELEMETRY",
    "Layer",
    "Match",
    "NoRules",
    "Policy",
    "Relation",
    "Rule",
    "RuleAction",
    "Ruleset",
    "Switch",
    "Verdict",
    "VerdictAction",
]

MEMORY = 65_536  # names whose verdict is remembered, before starting afresh
_LISTS = 1024


@dataclass(frozen=True, slots=True)
class Switch:
    """One vendor's setting; None stands for the policy's own value."""

    state: Literal["on", "off", "shadow"] = "on"
    purposes: frozenset[str] | None = None
    max_breakage: str | None = None


class Ruleset(Protocol):
    """Compiled rules: `blocker/ruleset/` over a mapped file."""

    @property
    def off(self) -> Collection[str]:
        """The vendors that are off unless switched on."""

    @property
    def relations(self) -> Sequence[Relation]:
        """The names that hold together."""

    def prefixes(self, key: bytes) -> list[bytes]:
        """The stored keys that `key` starts with, shortest first."""

    def rules(self, key: bytes) -> Sequence[Rule]:
        """Every rule at a stored key, with its own text and line, else (). For explain."""

    def kinds(self, key: bytes) -> Sequence[Rule]:
        """As `rules`, but all lines of a subscription share one Rule: to decide needs no more."""


class Policy:
    """A ruleset, the user's own rules in front, and the switches that put entries in force."""

    def __init__(
        self,
        ruleset: Ruleset,
        overlay: Iterable[Rule] = (),
        *,
        vendors: Mapping[str, Switch] | None = None,
        max_breakage: str = "minor",
    ) -> None:
        self._ruleset = ruleset
        self._prefixes, self._kinds = ruleset.prefixes, ruleset.kinds
        self._overlay: dict[bytes, list[Rule]] = {}
        for rule in overlay:
            self._overlay.setdefault(trie_key(rule.name), []).append(rule)
        self._vendors = {**dict.fromkeys(ruleset.off, _OFF), **(vendors or {})}
        self._max_breakage = max_breakage
        # Of these, unlike of the overlay, every key is stored in the ruleset too.
        self._settled: dict[bytes, list[Rule]] = {}
        self._forget()
        for rule in settle(ruleset.relations, self._look_up):
            self._settled.setdefault(trie_key(rule.name), []).append(rule)

    @property
    def settled(self) -> Sequence[Rule]:
        """The names that are kept for a relation's sake."""
        return [rule for rules in self._settled.values() for rule in rules]

    @property
    def memories(self) -> tuple[dict[Any, Any], ...]:
        """What grows with the names asked; whoever lets go of the policy frees it piecemeal."""
        return (self._below, self._at, self._verdicts)

    def _forget(self) -> None:
        # By the longest stored key a name lies below; by the stored key a name is. Below a parent
        # of families the key does not decide, so there the whole name is remembered. The two
        # never meet: a stored key starts with the root's zero octet, a name of one label or more
        # with a length.
        self._below: dict[bytes, Verdict | None] = {}
        self._at: dict[bytes, Verdict | None] = {}
        self._parents_of_families: set[bytes] = set()
        self._verdicts: dict[tuple[str, int, str], Verdict] = {}
        # The verdict on every name that one list alone has, by what the ruleset says of it.
        self._listed: dict[int, tuple[Sequence[Rule], Verdict]] = {}

    def match(self, name: bytes) -> Verdict | None:
        """The verdict on a folded wire name; None when no rule names it."""
        key = name[::-1]
        found = self._prefixes(key)
        if self._overlay:
            found = self._with_overlay(key, found)
        while found:
            longest = found[-1]
            above = len(name) - len(longest)
            at = 0
            while at < above:  # starts_label(), without the call that would cost as much
                at += name[at] + 1
            if at == above:
                memory = self._below if above else self._at
                verdict = memory.get(longest, _UNKNOWN)
                if verdict is not _UNKNOWN:
                    return verdict
                return self._recall(memory, longest, name, found)
            found.pop()  # equal octets, but inside a label
        return None

    def trace(self, name: bytes) -> list[tuple[Rule, str]]:
        """Every rule that names `name`, in the order of decision, and what came of it."""
        steps: list[tuple[Rule, str]] = []
        decided = False
        for rule, state in self._states(applicable(name, self._pairs(name, self._ruleset.rules))):
            if decided and state in _IN_FORCE:
                steps.append((rule, "an earlier rule decided"))
            else:
                steps.append((rule, state))
                decided = decided or state in ("block", "allow")
        return steps

    def _recall(
        self, memory: dict[bytes, Verdict | None], longest: bytes, name: bytes, found: list[bytes]
    ) -> Verdict | None:
        """The verdict on a name whose longest key has none remembered."""
        if len(found) == 1 and longest not in self._overlay:
            kinds = self._kinds(longest)
            listed = self._listed.get(id(kinds))
            if listed is not None and listed[0] is kinds:
                # Not remembered by name: the processor has the trie's nodes at hand from the
                # search, and a memory of a hundred thousand names takes longer to look into.
                return listed[1]
            if len(kinds) == 1 and kinds[0].layer == "subscription" and kinds[0].match == "subtree":
                verdict = self._verdict(kinds[0].action, kinds[0])
                if len(self._listed) < _LISTS:
                    self._listed[id(kinds)] = kinds, verdict
                return verdict
        if longest in self._parents_of_families and name in memory:
            return memory[name]
        pairs = [(key, rule) for key in found for rule in self._at_key(key, self._kinds)]
        if len(memory) >= MEMORY:
            self._forget()
            memory = self._at if len(name) == len(longest) else self._below
        if any(rule.match == "pattern" for _, rule in pairs):
            self._parents_of_families.add(longest)
            longest = name
        decided = memory[longest] = self._decide(name, pairs)
        return decided

    def _look_up(self, name: bytes) -> Verdict | None:
        """As `match`, and remembers nothing."""
        return self._decide(name, self._pairs(name, self._kinds))

    def _decide(self, name: bytes, pairs: list[tuple[bytes, Rule]]) -> Verdict | None:
        rules = applicable(name, pairs)
        owner = next((rule.vendor for rule in rules if rule.layer == "zone"), "")
        shadow: Verdict | None = None
        known: Rule | None = None
        for rule, state in self._states(rules):
            if state == "block":
                return self._verdict("block", rule, owner)
            if state == "allow":
                return shadow or self._verdict("allow", rule, owner)
            if state == "shadow" and shadow is None:
                shadow = self._verdict("shadow", rule, owner)
            known = known or rule
        return shadow or (self._verdict("pass", known, owner) if known else None)

    def _states(self, rules: Iterable[Rule]) -> Iterator[tuple[Rule, str]]:
        """The rules that match, in the order of decision, each with its state.

        Of the curated entries only the most specific counts, in force or not: one that says
        "blocking this breaks the phone" must not be overruled by the zone it lies in.
        """
        curated: Rule | None = None
        for rule in rules:
            if rule.layer == "zone":
                yield rule, "pass"
            elif rule.layer != "curated":
                yield rule, rule.action
            elif curated is not None:
                yield rule, f"the more specific {curated.text} decides"
            else:
                curated = rule
                yield rule, self.state(rule)

    def _verdict(self, action: VerdictAction, rule: Rule, owner: str = "") -> Verdict:
        owner = "" if rule.vendor else owner
        # The verdict keeps its rule alive, so the rule's id stays its own.
        key = (action, id(rule), owner)
        if (verdict := self._verdicts.get(key)) is None:
            verdict = self._verdicts[key] = Verdict(action, rule, owner=owner)
        return verdict

    def _pairs(
        self, name: bytes, stored: Callable[[bytes], Sequence[Rule]]
    ) -> list[tuple[bytes, Rule]]:
        """Every rule at a key that the name's key starts with."""
        key = trie_key(name)
        found = self._with_overlay(key, self._prefixes(key))
        return [(key, rule) for key in found for rule in self._at_key(key, stored)]

    def _with_overlay(self, key: bytes, found: list[bytes]) -> list[bytes]:
        overlay, mine, end = self._overlay, [], len(key)
        while end > 1:
            stored = key[:end]
            if stored in overlay and stored not in found:
                mine.append(stored)
            end -= key[end - 1] + 1  # the length octet comes last in a key
        return sorted([*found, *mine], key=len) if mine else found

    def _at_key(self, key: bytes, stored: Callable[[bytes], Sequence[Rule]]) -> list[Rule]:
        return [*self._overlay.get(key, ()), *self._settled.get(key, ()), *stored(key)]

    def state(self, rule: Rule) -> str:
        """`block`, `allow` or `shadow` when the curated entry is in force, else why it is not."""
        for kept in self._settled.get(trie_key(rule.name), ()):
            if kept.text == rule.text:
                return "freed, so that names which hold together do"
        switch = self._vendors.get(rule.vendor, _ON)
        chosen = TELEMETRY if switch.purposes is None else switch.purposes
        if rule.purpose not in chosen:
            if rule.purpose not in TELEMETRY:
                return "allow"
            return f"{rule.purpose} is not among the purposes chosen for {rule.vendor}"
        if switch.state == "off":
            return f"vendor {rule.vendor} is switched off"
        limit = switch.max_breakage or self._max_breakage
        if BREAKAGE.index(rule.breakage) > BREAKAGE.index(limit):
            return f"its breakage is {rule.breakage}, the limit is {limit}"
        if rule.shared and switch.purposes is None:
            return "shared with a function of the device; DNS cannot separate them"
        return "shadow" if switch.state == "shadow" else "block"


_ON = Switch()
_OFF = Switch("off")
_UNKNOWN: Final = Verdict("allow", Rule("", b"", "exact", "allow", "user", "", 0))
_IN_FORCE = ("block", "allow", "shadow")


class NoRules:
    """The ruleset of a pause, or of a start before any list is there: nothing matches."""

    off: Collection[str] = ()
    relations: Sequence[Relation] = ()

    def prefixes(self, key: bytes) -> list[bytes]:
        return []

    def rules(self, key: bytes) -> Sequence[Rule]:
        return ()

    def kinds(self, key: bytes) -> Sequence[Rule]:
        return ()
