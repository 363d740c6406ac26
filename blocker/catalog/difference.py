"""What a change of the lists does: names that are blocked now, names that no longer are, and what
is said otherwise of the rest. Blocked means: by the default policy, with nothing configured.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from blocker.catalog.compile import compile_ruleset
from blocker.catalog.load import Catalogue
from blocker.catalog.written import member
from blocker.core.policy import Policy, Rule
from blocker.core.relations import is_blocked
from blocker.ruleset import open_ruleset

Kind = Literal["blocked", "unblocked", "added", "removed", "changed", "kept", "unkept", "zone"]
WORDS: dict[Kind, str] = {
    "blocked": "newly blocked",
    "unblocked": "no longer blocked",
    "added": "new entry",
    "removed": "entry removed",
    "changed": "changed",
    "kept": "newly kept",
    "unkept": "no longer kept",
    "zone": "zones",
}
_SAID = ("vendor", "product", "purpose", "breakage", "confidence", "shared", "inferred")


@dataclass(frozen=True, slots=True)
class Change:
    """One name's. `was` and `now` are what an entry says in a few words, "" where there is none."""

    vendor: str
    kind: Kind
    name: str
    was: str
    now: str
    details: tuple[str, ...] = ()

    def in_words(self) -> str:
        """Without the kind, which is the heading."""
        what = "; ".join(self.details) or self.now or self.was
        return f"{self.name}: {what}" if what else self.name


def difference(old: Catalogue, new: Catalogue) -> list[Change]:
    """Sorted by vendor, kind and name."""
    changes = [*_entries(old, new), *_kept(old, new), *_zones(old, new)]
    order = list(WORDS)
    return sorted(changes, key=lambda each: (each.vendor, order.index(each.kind), each.name))


def _entries(old: Catalogue, new: Catalogue) -> Iterator[Change]:
    before, after = _layer(old, "curated"), _layer(new, "curated")
    then, now = _policy(old), _policy(new)
    for text in before.keys() | after.keys():
        was, rule = before.get(text), after.get(text)
        name = member(text)
        blocked, blocks = (is_blocked(policy.match(name)) for policy in (then, now))
        details = list(_details(was, rule)) if was and rule else []
        if blocks != blocked:
            kind: Kind = "blocked" if blocks else "unblocked"
        elif was and rule:
            kind = "changed"
            if not details:
                continue
        else:
            kind = "added" if rule else "removed"
            details = [_words(rule or was), "blocked as before" if blocks else "not blocked"]
        if kind == "unblocked" and not details:
            details = ["removed" if rule is None else "something keeps it"]
        yield Change(
            (rule or before[text]).vendor, kind, text, _words(was), _words(rule), tuple(details)
        )


def _kept(old: Catalogue, new: Catalogue) -> Iterator[Change]:
    before, after = _layer(old, "keep"), _layer(new, "keep")
    for text in before.keys() ^ after.keys():
        rule = after.get(text) or before[text]
        words = f"{rule.purpose}: {rule.reason}"
        if text in after:
            yield Change(rule.vendor, "kept", text, "", words)
        else:
            yield Change(rule.vendor, "unkept", text, words, "")


def _zones(old: Catalogue, new: Catalogue) -> Iterator[Change]:
    before, after = _layer(old, "zone"), _layer(new, "zone")
    for text in before.keys() ^ after.keys():
        was, now = ("", "added") if text in after else ("removed", "")
        yield Change((after.get(text) or before[text]).vendor, "zone", text, was, now)


def _layer(catalogue: Catalogue, layer: str) -> dict[str, Rule]:
    return {rule.text: rule for rule in catalogue.rules if rule.layer == layer}


def _policy(catalogue: Catalogue) -> Policy:
    with TemporaryDirectory(prefix="blocker-") as folder:
        return Policy(open_ruleset(compile_ruleset(catalogue, [], Path(folder))))


def _words(rule: Rule | None) -> str:
    if rule is None:
        return ""
    shared = ", shared" if rule.shared else ""
    breaks = f"; {rule.breakage} breakage: {rule.breaks}" if rule.breaks else ""
    return f"{rule.purpose} ({rule.confidence}{shared}){breaks}"


def _details(before: Rule, after: Rule) -> Iterator[str]:
    for key in _SAID:
        was, now = getattr(before, key), getattr(after, key)
        if was != now:
            yield f"{key} {_said(was)} -> {_said(now)}"
    if before.breaks != after.breaks:
        yield f"breaks: {after.breaks or 'nothing known'}"
    lost = [key for key in before.evidence if key not in after.evidence]
    found = [key for key in after.evidence if key not in before.evidence]
    if lost or found:
        signed = [*(f"+{key}" for key in found), *(f"-{key}" for key in lost)]
        yield f"evidence {' '.join(signed)}"


def _said(value: str | bool) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value
