"""Rules written in one line, a ruleset that holds them in a dict, and what is said of a name."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from ipaddress import ip_address, ip_network
from typing import Any

from blocker.core.names import ROOT, from_text
from blocker.core.policy import Match, Policy, Relation, Rule, RuleAction, Ruleset
from blocker.core.rule import LocalRecord
from blocker.core.searching import SearchingPolicy
from tests.support.packets import AAAA, CNAME, A, wire


class DictRuleset:
    """A real Ruleset without a file: found by trying every prefix, which is plainly right."""

    def __init__(
        self,
        rules: Iterable[Rule],
        off: Collection[str] = (),
        relations: Sequence[Relation] = (),
    ) -> None:
        self.off, self.relations = off, relations
        self._rules: dict[bytes, list[Rule]] = {}
        self._kinds: dict[bytes, list[Rule]] = {}
        shared: dict[tuple[str, str, str], Rule] = {}
        self.keyless: list[Rule] = []
        for rule in rules:
            kind = rule
            if rule.match in ("regex", "address", "client"):
                self.keyless.append(rule)
                continue
            if rule.layer == "subscription" and _is_plain(rule):  # one for all lines of a list
                kind = shared.setdefault(
                    (rule.list, rule.match, rule.action),
                    Rule("", b"", rule.match, rule.action, "subscription", rule.list, 0),
                )
            self._rules.setdefault(rule.name[::-1], []).append(rule)
            self._kinds.setdefault(rule.name[::-1], []).append(kind)

    def prefixes(self, key: bytes) -> list[bytes]:
        return [key[:end] for end in range(1, len(key) + 1) if key[:end] in self._rules]

    def rules(self, key: bytes) -> Sequence[Rule]:
        return self._rules.get(key, ())

    def kinds(self, key: bytes) -> Sequence[Rule]:
        return self._kinds.get(key, ())

    def kind(self, key: bytes) -> int:
        kinds = self._kinds.get(key, ())
        return id(kinds[0]) if len(kinds) == 1 and not kinds[0].name else 0


def _is_plain(rule: Rule) -> bool:
    said = replace(rule, text="", name=b"", line=0)
    return said == Rule("", b"", rule.match, rule.action, rule.layer, rule.list, 0)


def rule(text: str, action: RuleAction = "block", **fields: Any) -> Rule:
    """A rule as the user writes one: `name`, `=name`, or a family."""
    match: Match = "exact" if text.startswith("=") else "subtree"
    name = text.removeprefix("=")
    if "*" in text or "[" in text:
        match = "pattern"
        labels = text.split(".")
        last = max(at for at, label in enumerate(labels) if "*" in label or "[" in label)
        name = ".".join(labels[last + 1 :])
    named = {"match": match, "layer": "user", "list": "blocker.yaml", "line": 1, **fields}
    return Rule(text, from_text(name), action=action, **named)


def entry(text: str, purpose: str = "analytics", **fields: Any) -> Rule:
    """A curated entry of xiaomi's, unless `fields` say otherwise."""
    named = {"layer": "curated", "list": "lists/vendors/xiaomi.yaml", "vendor": "xiaomi", **fields}
    return rule(text, purpose=purpose, **named)


def listed(text: str, action: RuleAction = "block", **fields: Any) -> Rule:
    """A line of a subscription."""
    return rule(text, action, **{"layer": "subscription", "list": "a list", **fields})


def regex(text: str, action: RuleAction = "block", **fields: Any) -> Rule:
    """A subscription's expression."""
    named = {"layer": "subscription", "list": "a list", "line": 1, **fields}
    return Rule(text, ROOT, "regex", action, **named)


def about(network: str, action: RuleAction = "block", **fields: Any) -> Rule:
    """A subscription's rule about the addresses that answers lead to."""
    named = {"layer": "subscription", "list": "a list", "line": 1, **fields}
    return Rule(network, ROOT, "address", action, network=ip_network(network), **named)


def local(text: str, *data: str, ttl: int = 60, **fields: Any) -> Rule:
    """A list's line that answers by itself, with addresses or the name that it is an alias of."""
    return listed(text, "local", records=tuple(_record(each, ttl) for each in data), **fields)


def _record(data: str, ttl: int) -> LocalRecord:
    try:
        address = ip_address(data)
    except ValueError:
        return LocalRecord(CNAME, ttl, wire(data))
    return LocalRecord(A if address.version == 4 else AAAA, ttl, address.packed)


def keep(text: str, **fields: Any) -> Rule:
    return rule(text, "allow", **{"layer": "keep", "list": "lists/keep.yaml", **fields})


def zone(text: str, **fields: Any) -> Rule:
    """A zone of xiaomi's, unless `fields` say otherwise."""
    named = {"layer": "zone", "list": "lists/vendors/xiaomi.yaml", "vendor": "xiaomi", **fields}
    return rule(text, "allow", **named)


def policy(
    *rules: Rule, off: Collection[str] = (), relations: Sequence[Relation] = (), **options: Any
) -> Policy:
    """A policy of these rules, the user's in the overlay and the others compiled."""
    rest = (rule for rule in rules if rule.layer != "user")
    compiled: Ruleset = DictRuleset(rest, off, relations)
    overlay = [rule for rule in rules if rule.layer == "user"]
    if searches := options.pop("searches", ()):
        return SearchingPolicy(compiled, overlay, searches, **options)
    return Policy(compiled, overlay, **options)


def decided(tried: Policy, name: str) -> tuple[str, str] | None:
    """What is done with a name, and the rule or list that says so."""
    verdict = tried.match(from_text(name))
    return (verdict.action, verdict.rule.text or verdict.rule.list) if verdict else None


def action(tried: Policy, name: str) -> str | None:
    """What is done with a name."""
    verdict = tried.match(from_text(name))
    return verdict.action if verdict else None


def resolved(tried: Policy, name: str, client: str, qtype: int = A) -> str | None:
    """What is done with a question of a client's."""
    verdict = tried.match(from_text(name))
    if verdict is not None and verdict.action == "depends":
        verdict = tried.resolve(verdict, qtype, client)
    return verdict.action if verdict else None
