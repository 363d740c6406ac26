"""The catalogue in figures: by vendor, what there is, and what a policy blocks of it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from blocker.catalog.load import Catalogue
from blocker.core.policy import TELEMETRY, Policy, Rule


@dataclass(slots=True)
class Figures:
    """Counts of entries; a family counts once."""

    entries: int = 0
    telemetry: int = 0
    blocked: int = 0
    shadow: int = 0
    kept: int = 0  # names of keep.yaml
    zones: int = 0
    purposes: Counter[str] = field(default_factory=Counter)
    breakage: Counter[str] = field(default_factory=Counter)
    confidence: Counter[str] = field(default_factory=Counter)


def figures(rules: Iterable[Rule], policy: Policy) -> Figures:
    """Of these rules, whoever's they are."""
    told = Figures()
    for rule in rules:
        if rule.layer == "keep":
            told.kept += 1
        elif rule.layer == "zone":
            told.zones += 1
        else:
            outcome = outcome_of(rule, policy)
            told.entries += 1
            told.telemetry += rule.purpose in TELEMETRY
            told.blocked += outcome == "block"
            told.shadow += outcome == "shadow"
            told.purposes[rule.purpose] += 1
            told.breakage[rule.breakage] += 1
            told.confidence[rule.confidence] += 1
    return told


def by_vendor(catalogue: Catalogue, policy: Policy) -> dict[str, Figures]:
    """In the order of the vendors' names."""
    rules: dict[str, list[Rule]] = {vendor.vendor: [] for vendor in catalogue.vendors}
    for rule in catalogue.rules:
        if rule.vendor in rules:
            rules[rule.vendor].append(rule)
    return {vendor: figures(rules[vendor], policy) for vendor in sorted(rules)}


def outcome_of(rule: Rule, policy: Policy) -> str:
    """`block`, `shadow`, or anything else: what becomes of an entry's own name."""
    state = policy.state(rule)
    if rule.match == "pattern" or state not in ("block", "shadow"):
        return state
    verdict = policy.match(rule.name)
    return verdict.action if verdict else state
