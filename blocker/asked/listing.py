"""What is in force, as it is shown: rules, and switches, with where each was said."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Literal

from blocker.asked.present import Present
from blocker.core.policy import TELEMETRY
from blocker.link import Group, UserRule
from blocker.ruleset import open_ruleset
from blocker.store import Setting, effective
from blocker.store.effective import ORIGIN
from blocker.store.settings import RULES, Key, Kind, canonical, moment

Origin = Literal["default", "config", "changed"]


@dataclass(frozen=True, slots=True)
class RuleInForce:
    """One of the user's own rules; `place` is where it was said: file:line, or who and when."""

    id: str
    action: str
    name: str
    group: str | None
    client: str | None
    until: float | None
    origin: Origin
    place: str
    change: int | None
    note: str

    def in_words(self) -> str:
        scope = f" for the group {self.group}" if self.group else ""
        return f"{self.action} {self.name}{scope}" + (f" for {self.client}" if self.client else "")


@dataclass(frozen=True, slots=True)
class SwitchInForce:
    """A vendor, a purpose or a subscription, for one group."""

    name: str
    group: str
    state: str
    origin: Origin
    names: int
    change: int | None


def rules_in_force(present: Present) -> list[RuleInForce]:
    """By name; those of all clients before those of some."""
    made = {each.key: each for each in present.settings if each.key.kind in RULES}
    rules = effective(present.configured, present.settings, present.now).rules
    shown = [_shown(rule, made.get(_key(rule))) for rule in rules]
    return sorted(shown, key=lambda rule: (_sortable(rule.name), rule.group or "", rule.id))


def rule_id(rule: UserRule) -> str:
    """Stays the same as long as the rule does, whatever else is changed, reloaded or restarted."""
    told = (*_parts(_key(rule)), rule["action"])
    return hashlib.sha256("\0".join(told).encode()).hexdigest()[:8]


def switches_in_force(
    present: Present, kind: Kind, names: Mapping[str, int]
) -> Iterator[SwitchInForce]:
    """Each of `names` for each group: the number with it is how many names it has, if known."""
    generation = effective(present.configured, present.settings, present.now)
    for name, count in names.items():
        for group, before in zip(generation.groups, present.configured.groups, strict=True):
            state = _state(group, kind, name)
            configured = _state(before, kind, name)
            made = present.settings.get(Key(kind, name, group["name"])) or (
                present.settings.get(Key(kind, name)) if state != configured else None
            )
            yield SwitchInForce(
                name=name,
                group=group["name"],
                state=state or _default(kind, name, present),
                origin="changed" if made else "config" if configured else "default",
                names=count,
                change=made.change if made else None,
            )


def names_by(kind: Kind, present: Present) -> dict[str, int]:
    """Every vendor or purpose there is, and of how many curated names."""
    ruleset = open_ruleset(Path(present.configured.ruleset))
    of = attrgetter(kind)
    counted = Counter(of(rule) for rule in ruleset.entries() if rule.layer == "curated")
    known = sorted(present.vendors) if kind == "vendor" else present.purposes
    return {name: counted[name] for name in known}


def _default(kind: Kind, name: str, present: Present) -> str:
    if kind == "purpose":
        return "on" if name in TELEMETRY else "off"
    return "off" if kind == "vendor" and name in present.off else "on"


def _state(group: Group, kind: Kind, name: str) -> str | None:
    blocking = group["blocking"]
    if kind == "vendor":
        switch = blocking["vendors"].get(name)
        return switch["state"] if switch else None
    return blocking["purposes" if kind == "purpose" else "lists"].get(name)


def _shown(rule: UserRule, made: Setting | None) -> RuleInForce:
    changed = rule["list"] == ORIGIN and made is not None
    place = f"{made.who}, {moment(made.at)}" if changed and made else _file(rule)
    return RuleInForce(
        id=rule_id(rule),
        action=rule["action"],
        name=rule["text"],
        group=rule.get("group"),
        client=rule.get("client"),
        until=rule.get("until"),
        origin="changed" if changed else "config",
        place=place,
        change=made.change if changed and made else None,
        note=str(made.value.get("note", "")) if changed and made else "",
    )


def _file(rule: UserRule) -> str:
    return f"{rule['list']}:{rule['line']}"


def _key(rule: UserRule) -> Key:
    kind: Kind = "temporary" if "until" in rule else "rule"
    return Key(kind, canonical(rule["text"]), rule.get("group", ""), rule.get("client", ""))


def _parts(key: Key) -> tuple[str, ...]:
    return key.kind, key.subject, key.group, key.client


def _sortable(name: str) -> list[str]:
    """Names of one zone beside each other."""
    return name.removeprefix("=").split(".")[::-1]
