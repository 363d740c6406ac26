"""What is decided about a name, and by which rule.

Layers are asked in order, the first with a match decides: the user's rules, keep, curated entries,
subscriptions; precedence.py has the order inside a layer. A rule in shadow is remembered and the
search goes on. Vendors' zones come last and decide nothing: they tell whose name it is.

Rule: a Policy never changes after it is made. A change makes a new one and swaps the reference, so
what is remembered here (verdicts by matched key) can never be out of date.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, cast

from blocker.core.addresses import AddressRules
from blocker.core.cases import deciding, holds, resolved
from blocker.core.names import trie_key
from blocker.core.precedence import applicable, depends_on_the_name
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
from blocker.core.ruleset import NoRules, Ruleset
from blocker.core.switches import Paused, State, Switch, Switches

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
    "State",
    "Switch",
    "Verdict",
    "VerdictAction",
]

MEMORY = 65_536  # names whose verdict is remembered, before starting afresh
_LISTS = 1024


class Policy:
    """A ruleset, the user's own rules in front, and the switches that put entries in force.

    `group` is whose policy it is, for rules that name one. `paused`: no list is in force, and each
    still tells whose a name is.
    """

    def __init__(
        self,
        ruleset: Ruleset,
        overlay: Iterable[Rule] = (),
        *,
        group: str = "",
        vendors: Mapping[str, Switch] | None = None,
        purposes: Mapping[str, State] | None = None,
        lists: Mapping[str, State] | None = None,
        max_breakage: str = "minor",
        paused: bool = False,
    ) -> None:
        self._ruleset = ruleset
        self._prefixes, self._kinds, self._kind = ruleset.prefixes, ruleset.kinds, ruleset.kind
        self._group = group
        self._overlay: dict[bytes, list[Rule]] = {}
        for rule in overlay:
            self._overlay.setdefault(trie_key(rule.name), []).append(rule)
        off = dict.fromkeys(ruleset.off, _OFF)
        kind = Paused if paused else Switches
        self._switches = kind({**off, **(vendors or {})}, purposes or {}, lists or {}, max_breakage)
        self._addresses = AddressRules(rule for rule in ruleset.keyless if rule.match == "address")
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

    @property
    def inspects_addresses(self) -> bool:
        """Whether it matters where an answer leads to."""
        return bool(self._addresses)

    def _forget(self) -> None:
        # By the longest stored key a name lies below; by the stored key a name is. Below some keys
        # the key does not decide, so there the whole name is remembered. The two never meet: a
        # stored key starts with the root's zero octet, a name of one label or more with a length.
        self._below: dict[bytes, Verdict | None] = {}
        self._at: dict[bytes, Verdict | None] = {}
        self._undecided: set[bytes] = set()  # the keys below which the whole name decides
        self._verdicts: dict[tuple[str, int, str, str], Verdict] = {}
        # The verdict on every name that one list alone has, by the kind of its rule.
        self._listed: dict[int, Verdict | None] = {}

    def match(self, name: bytes) -> Verdict | None:
        """The verdict on a folded wire name; None when no rule names it.

        One that depends on more has yet to be resolved.
        """
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
                if verdict is _UNKNOWN and len(found) == 1 and longest not in self._overlay:
                    # What one list alone has is not remembered by name: the processor has the
                    # trie's nodes at hand from the search, and a memory of a hundred thousand names
                    # takes longer to look into.
                    verdict = self._listed.get(self._kind(longest), _UNKNOWN)
                if verdict is not _UNKNOWN:
                    return verdict
                return self._recall(memory, longest, name, found)
            found.pop()  # equal octets, but inside a label
        return None

    def resolve(self, verdict: Verdict, qtype: int, client: str) -> Verdict | None:
        """What a verdict that depends on more comes to, for a question of this client's."""
        return resolved(verdict, qtype, client, self._group)

    def match_addresses(self, addresses: Iterable[bytes]) -> Verdict | None:
        """The verdict on an answer that leads to these addresses, packed."""
        found = self._addresses.find_among(addresses)
        states = [(self._switches.listed(rule), rule) for rule in found]
        return deciding(
            [self._verdict(state, rule) for state, rule in states if state in _IN_FORCE]
        )

    def trace(
        self, name: bytes, qtype: int | None = None, client: str = ""
    ) -> list[tuple[Rule, str]]:
        """Every rule that names `name`, in the order of decision, and what came of it; without a
        type conditions are taken to hold.
        """
        steps: list[tuple[Rule, str]] = []
        decided = False
        for rule, state in self._states(self._applicable(name, self._ruleset.rules)):
            if qtype is not None and not holds(rule.condition, qtype, client, self._group):
                steps.append((rule, "it is about other types or other clients"))
            elif decided and state in _IN_FORCE:
                steps.append((rule, "an earlier rule decided"))
            else:
                steps.append((rule, state))
                decided = decided or state in _DECISIVE
        return steps

    def state(self, rule: Rule) -> str:
        """`block`, `allow` or `shadow` when the curated entry is in force, else why it is not."""
        for kept in self._settled.get(trie_key(rule.name), ()):
            if kept.text == rule.text:
                return "freed, so that names which hold together do"
        return self._switches.curated(rule)

    def _recall(
        self, memory: dict[bytes, Verdict | None], longest: bytes, name: bytes, found: list[bytes]
    ) -> Verdict | None:
        """The verdict on a name whose longest key has none remembered."""
        if len(found) == 1 and longest not in self._overlay and (kind := self._kind(longest)):
            kinds = self._kinds(longest)
            if _is_a_line(kinds[0]) and len(self._listed) < _LISTS:
                verdict = self._listed[kind] = self._decide(kinds)
                return verdict
        if longest in self._undecided and name in memory:
            return memory[name]
        pairs = [(key, rule) for key in found for rule in self._at_key(key, self._kinds)]
        if len(memory) >= MEMORY:
            self._forget()
            memory = self._at if len(name) == len(longest) else self._below
        if any(depends_on_the_name(rule) for _, rule in pairs):
            self._undecided.add(longest)
            longest = name
        decided = memory[longest] = self._decide(applicable(name, pairs))
        return decided

    def _look_up(self, name: bytes) -> Verdict | None:
        """As `match`, and remembers nothing."""
        return self._decide(self._applicable(name, self._kinds))

    def _decide(self, rules: Iterable[Rule]) -> Verdict | None:
        """The verdict by the rules that match, in their order."""
        rules = list(rules)
        about = next((rule for rule in rules if rule.vendor), None)
        cases: list[Verdict] = []
        known: Rule | None = None
        for rule, state in self._states(rules):
            if state in _IN_FORCE:
                cases.append(self._verdict(state, rule, about))
                if rule.condition is None and state in _DECISIVE:
                    break
            known = known or rule
        else:
            if known is not None:
                cases.append(self._verdict("pass", known, about))
        if all(case.rule.condition is None for case in cases):
            return deciding(cases)
        first = cases[0]
        return Verdict("depends", first.rule, owner=first.owner, use=first.use, cases=tuple(cases))

    def _states(self, rules: Iterable[Rule]) -> Iterator[tuple[Rule, str]]:
        """The rules that match, in the order of decision, each with its state.

        Of the curated entries only the most specific counts, in force or not: one that says
        "blocking this breaks the phone" must not be overruled by the zone it lies in.
        """
        curated: Rule | None = None
        for rule in rules:
            if rule.layer == "zone":
                yield rule, "pass"
            elif rule.layer == "subscription":
                yield rule, self._switches.listed(rule)
            elif rule.layer != "curated":
                yield rule, rule.action
            elif curated is not None:
                yield rule, f"the more specific {curated.text} decides"
            else:
                curated = rule
                yield rule, self.state(rule)

    def _verdict(self, action: str, rule: Rule, about: Rule | None = None) -> Verdict:
        """`about` is what else knows of the name: a list's entry for it, or its zone."""
        owner, use = (about.vendor, about.purpose) if about and not rule.vendor else ("", "")
        # The verdict keeps its rule alive, so the rule's id stays its own.
        key = (action, id(rule), owner, use)
        if (verdict := self._verdicts.get(key)) is None:
            said = cast(VerdictAction, action)
            verdict = self._verdicts[key] = Verdict(said, rule, owner=owner, use=use)
        return verdict

    def _applicable(self, name: bytes, stored: Callable[[bytes], Sequence[Rule]]) -> list[Rule]:
        """Every rule that matches the name, in the order of decision."""
        key = trie_key(name)
        keys = self._with_overlay(key, self._prefixes(key))
        pairs = [(key, rule) for key in keys for rule in self._at_key(key, stored)]
        return applicable(name, pairs, self._found(name))

    def _found(self, name: bytes) -> Sequence[Rule]:
        """The rules that no key leads to."""
        return ()

    def _with_overlay(self, key: bytes, found: list[bytes]) -> list[bytes]:
        overlay, mine, end = self._overlay, [], len(key)
        while end:
            stored = key[:end]
            if stored in overlay and stored not in found:
                mine.append(stored)
            end -= key[end - 1] + 1  # the length octet comes last in a key
        return sorted([*found, *mine], key=len) if mine else found

    def _at_key(self, key: bytes, stored: Callable[[bytes], Sequence[Rule]]) -> list[Rule]:
        return [*self._overlay.get(key, ()), *self._settled.get(key, ()), *stored(key)]


def _is_a_line(rule: Rule) -> bool:
    """Whether a rule, alone at its key, decides on the name and all below it."""
    return (
        rule.layer == "subscription"
        and rule.match == "subtree"
        and rule.condition is None
        and not rule.unless
    )


_OFF = Switch("off")
_UNKNOWN: Final = Verdict("allow", Rule("", b"", "exact", "allow", "user", "", 0))
_IN_FORCE = ("block", "allow", "local", "shadow")
_DECISIVE = ("block", "allow", "local")
