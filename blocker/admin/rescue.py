"""What was blocked for a device, and which of it may be why the device stopped working.

Rule: nothing is guessed from a name. What counts is what the lists know (what breaks, what is
shared, what it is for), and next to that whether the device keeps asking right now.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from blocker.core.families import own_labels
from blocker.core.names import from_text, to_text, trie_key
from blocker.core.policy import BREAKAGE, TELEMETRY, Rule, Ruleset
from blocker.core.row import Kind, Row
from blocker.errors import InvalidName
from blocker.explain.qtypes import type_name

FEW: Final = 3  # names of one rule that are allowed one by one; beyond it, what the rule names
INSISTS: Final = 6  # times a name was asked in the last minute: the device keeps trying
TOLD: Final = 50  # names of one rule

_PLAIN: Final = re.compile(r"[a-z0-9_-][a-z0-9_.-]*")  # others cannot be written as a rule


@dataclass(frozen=True, slots=True)
class BlockedName:
    """A name the device asked for. Empty: names that were too many to be told one by one."""

    name: str
    types: list[str]
    count: int
    first: int
    last: int
    last_minute: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a rule is written."""

    text: str
    line: int
    list: str


@dataclass(frozen=True, slots=True)
class Suspect:
    """What one rule has blocked, and what to allow to undo it for this device."""

    vendor: str
    product: str
    purpose: str
    breakage: str
    breaks: str
    shared: bool
    layer: str
    rule: Place
    evidence: tuple[str, ...]  # keys of sources
    count: int
    names: list[BlockedName]
    allow: list[str]  # none: the names are not known
    likely: bool
    reason: str


Finder = Callable[[Kind, str], Rule | None]


def suspects(rows: Iterable[Row], find: Finder, now: float) -> list[Suspect]:
    """The likely ones first. `find` gives the rule that a row is of."""
    by_rule: dict[tuple[str, str, str, int, str, str], list[Row]] = {}
    rules: dict[tuple[str, str, str, int, str, str], Rule | None] = {}
    for row in rows:
        kind = row.kind
        rule = find(kind, row.name) if row.name else None
        text, line = (rule.text, rule.line) if rule else (kind.text, kind.line)
        # On a list whose line cannot be found again, each name stands for itself.
        key = (kind.layer, kind.list, text or row.name, line, kind.vendor, kind.purpose)
        by_rule.setdefault(key, []).append(row)
        rules[key] = rule
    found = [_suspect(rules[key], its, now) for key, its in by_rule.items()]
    return [suspect for _, suspect in sorted(found, key=lambda each: each[0], reverse=True)]


def finder(ruleset: Ruleset) -> Finder:
    """Looks in the lists that are in force now."""

    def find(kind: Kind, name: str) -> Rule | None:
        # The rule may be one of an alias of the name, and then is found by its own text.
        for place in filter(None, (name, _place(kind.text))):
            for rule in _rules(ruleset, place):
                if rule.list == kind.list and kind.text in ("", rule.text):
                    return rule
        return None

    return find


def _rules(ruleset: Ruleset, name: str) -> Iterable[Rule]:
    try:
        keys = ruleset.prefixes(trie_key(from_text(name)))
    except InvalidName:
        return
    for key in reversed(keys):
        yield from ruleset.rules(key)


def _place(text: str) -> str:
    """The name a rule is kept under; nothing for a regular expression."""
    if text.startswith("/"):
        return ""
    bare = text.removeprefix("=")
    if "*" in bare or "[" in bare:
        return ".".join(bare.split(".")[len(own_labels(bare)) :])
    return bare


Rank = tuple[int, bool, bool, bool, bool, int]


def _suspect(rule: Rule | None, rows: Sequence[Row], now: float) -> tuple[Rank, Suspect]:
    kind = rows[0].kind
    names = sorted(_names(rows, now), key=lambda each: -each.count)
    count = sum(row.count for row in rows)
    signs = _signs(kind, rule, names)
    suspect = Suspect(
        vendor=kind.vendor,
        product=rule.product if rule else "",
        purpose=kind.purpose,
        breakage=kind.breakage or "none",
        breaks=rule.breaks if rule else "",
        shared=signs.shared,
        layer=kind.layer,
        rule=Place(rule.text, rule.line, rule.list)
        if rule
        else Place(kind.text, kind.line, kind.list),
        evidence=rule.evidence if rule else (),
        count=count,
        names=names[:TOLD],
        allow=_allow(rule, [each.name for each in names if each.name]),
        likely=signs.any,
        reason="; ".join(_reasons(kind, rule, signs)) or "nothing is known to break without it",
    )
    unclear = kind.layer == "subscription"
    insists = signs.insists is not None and kind.layer != "user"
    return (signs.breakage, signs.shared, signs.functional, insists, unclear, count), suspect


@dataclass(frozen=True, slots=True)
class _Signs:
    """That a device may stop working without it."""

    breakage: int
    shared: bool
    functional: bool
    insists: BlockedName | None

    @property
    def any(self) -> bool:
        return bool(self.breakage or self.shared or self.functional or self.insists)


def _signs(kind: Kind, rule: Rule | None, names: Sequence[BlockedName]) -> _Signs:
    asked = max(names, key=lambda each: each.last_minute)
    return _Signs(
        breakage=BREAKAGE.index(kind.breakage) if kind.breakage in BREAKAGE else 0,
        shared=bool(rule and rule.shared),
        functional=bool(kind.purpose) and kind.purpose not in TELEMETRY,
        insists=asked if asked.last_minute >= INSISTS else None,
    )


def _reasons(kind: Kind, rule: Rule | None, signs: _Signs) -> Iterator[str]:
    if signs.breakage:
        yield f"known to break: {rule.breaks}" if rule and rule.breaks else kind.breakage
    if signs.shared:
        yield "shared with a function of the device; DNS cannot separate them"
    if signs.functional:
        yield f"{kind.purpose} is a function, not telemetry"
    if signs.insists:
        yield f"asked {signs.insists.last_minute} times in the last minute"
    if kind.layer == "subscription":
        yield f"{kind.list} does not say what it is for"
    elif kind.layer == "user":
        yield "your own rule"


def _names(rows: Sequence[Row], now: float) -> list[BlockedName]:
    by_name: dict[str, list[Row]] = {}
    for row in rows:
        by_name.setdefault(row.name, []).append(row)
    return [
        BlockedName(
            name=name,
            types=[type_name(qtype) for qtype in sorted({row.qtype for row in its if row.qtype})],
            count=sum(row.count for row in its),
            first=min(row.second for row in its),
            last=max(row.second for row in its),
            last_minute=sum(row.count for row in its if row.second >= now - 60),
        )
        for name, its in by_name.items()
    ]


def _allow(rule: Rule | None, names: Collection[str]) -> list[str]:
    """As little as will do: the names alone, unless the device makes up new ones."""
    if len(names) > FEW and rule is not None and rule.match in ("subtree", "below"):
        return [to_text(rule.name)]
    return [f"={name}" for name in sorted(names)[:TOLD] if _PLAIN.fullmatch(name)]


@dataclass(frozen=True, slots=True)
class Share:
    """Of one vendor, purpose or breakage: how many queries, for how many names."""

    name: str
    count: int
    names: int


def shares(found: Iterable[Suspect], of: Callable[[Suspect], str]) -> list[Share]:
    """Most first."""
    counts: Counter[str] = Counter()
    names: dict[str, set[str]] = {}
    for suspect in found:
        counts[of(suspect)] += suspect.count
        names.setdefault(of(suspect), set()).update(each.name for each in suspect.names)
    return [Share(name, count, len(names[name])) for name, count in counts.most_common()]


def proposal(found: Sequence[Suspect]) -> list[Suspect]:
    """What to try first: what is likely; if nothing is, all of it."""
    known = [suspect for suspect in found if suspect.allow]
    return [suspect for suspect in known if suspect.likely] or known


def same_device(client: str, macs: Mapping[str, str]) -> set[str]:
    """The other addresses with its MAC address; a phone asks from IPv4 and several IPv6 ones.

    None when several IPv4 addresses have it: then it is a repeater's, with devices behind it.
    """
    mac = macs.get(client)
    found = {address for address, its in macs.items() if mac and its == mac}
    if sum("." in address for address in found) > 1:
        return set()
    return found - {client}
