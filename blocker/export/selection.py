"""What is exported: the names that the present policy blocks, as far as the filters let them.

Rule: nothing here reads what a rule says. Every name is put to the Policy itself, so an export
cannot differ from what the server answers. Subscriptions stay out: their names are not ours to
give away.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from blocker.config import Config, overlay
from blocker.core.families import own_labels
from blocker.core.names import from_text, is_below, to_text
from blocker.core.policy import LAYERS, PURPOSES, Match, Policy, Rule
from blocker.errors import StartError
from blocker.export.families import a_member, below, varies, varies_inside
from blocker.inputs import Inputs
from blocker.yamlfile import suggest

_UNLIKELY: Final = b"\x01\x00"  # a label that no entry writes out: it stands for any name below
_PLAIN: Final = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\Z")


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows an export down; `max_breakage` stands in for the configuration's own."""

    vendors: Collection[str] = ()
    purposes: Collection[str] = ()
    max_breakage: str | None = None


ALL: Final = Filters()


@dataclass(frozen=True, slots=True, order=True)
class Candidate:
    """A name or a family that may have to be said, and when."""

    priority: int
    length: int
    text: str
    match: Match
    place: bytes  # the name, or the family's parent


class Selection:
    """The verdicts to export, for every name that a rule is about."""

    def __init__(self, policy: Policy, rules: Iterable[Rule], filters: Filters = ALL) -> None:
        self._policy = policy
        self._filters = filters
        self._rules = tuple(rules)

    @cached_property
    def candidates(self) -> list[Candidate]:
        """What rules are about, each once, the least specific first, as the policy ranks them:
        the layer that is asked last comes first.
        """
        found: dict[tuple[bytes, str, Match], Candidate] = {}
        for rule in self._rules:
            if rule.match == "pattern" or _PLAIN.match(to_text(rule.name)):
                text = rule.text if rule.match == "pattern" else to_text(rule.name)
                one = Candidate(
                    -LAYERS.index(rule.layer), _length(rule), text, rule.match, rule.name
                )
                key = (rule.name, text, rule.match)
                found[key] = max(found.get(key, one), one)
        return sorted(found.values())

    @cached_property
    def names(self) -> list[bytes]:
        """Every name that a rule is about, sorted by labels from the right, so parents first.

        Where a family reaches below a listed name, the one that it has there is a name too.
        """
        found = {rule.name for rule in self._rules if rule.match != "pattern"}
        for text, parent in self.families.items():
            for name in found.copy() if varies_inside(text) else ():
                if is_below(name, parent) and (member := below(text, to_text(name))):
                    found |= set() if varies(member) else {from_text(member)}
        return sorted((name for name in found if _PLAIN.match(to_text(name))), key=reading_order)

    @cached_property
    def taken(self) -> frozenset[bytes]:
        return frozenset(self.names)

    def blocks_family(self, text: str) -> bool:
        """Whether members of a family are blocked that no other rule is about."""
        return self.blocks(a_member(text, self.families[text], self.taken))

    @cached_property
    def families(self) -> dict[str, bytes]:
        """Every family that a rule is about, as written, and its fixed parent."""
        found = {rule.text: rule.name for rule in self._rules if rule.match == "pattern"}
        return dict(sorted(found.items(), key=lambda family: (reading_order(family[1]), family[0])))

    @cached_property
    def unwritable(self) -> list[str]:
        """Blocked names with octets that no host name has; no format is sure to take them."""
        odd = {rule.name for rule in self._rules if not _PLAIN.match(to_text(rule.name))}
        return sorted(to_text(name) for name in odd if self.blocks(name) or self.blocks_below(name))

    @cached_property
    def own_rules(self) -> int:
        """How many of the user's own rules have a say in it."""
        return sum(rule.layer == "user" for rule in self._rules)

    def blocks(self, name: bytes) -> bool:
        verdict = self._policy.match(name)
        return verdict is not None and verdict.action == "block" and self._is_chosen(verdict.rule)

    def blocks_below(self, name: bytes) -> bool:
        """Whether a name below it is blocked that no other rule is about."""
        return self.blocks(_UNLIKELY + name)

    def _is_chosen(self, rule: Rule) -> bool:
        wanted = self._filters
        return (not wanted.vendors or rule.vendor in wanted.vendors) and (
            not wanted.purposes or rule.purpose in wanted.purposes
        )


def select(inputs: Inputs, filters: Filters) -> Selection:
    """What to export of a configuration; StartError when a filter names what is not there."""
    _known("vendor", filters.vendors, [vendor.vendor for vendor in inputs.catalogue.vendors])
    _known("purpose", filters.purposes, PURPOSES)
    config = _narrowed(inputs.config, filters)
    served = replace(inputs, config=config)
    rules = [*overlay(config), *inputs.catalogue.rules]
    return Selection(served.policy(served.ruleset()), rules, filters)


def reading_order(name: bytes) -> list[str]:
    """Sorts as the lists do: by labels from the right."""
    return to_text(name).split(".")[::-1]


def _narrowed(config: Config, filters: Filters) -> Config:
    """The configuration without subscriptions, and with the filters' limit if they have one."""
    blocking = config.blocking
    if filters.max_breakage is not None:
        vendors = {
            vendor: switch.model_copy(update={"max_breakage": None})
            for vendor, switch in blocking.vendors.items()
        }
        update = {"max_breakage": filters.max_breakage, "vendors": vendors}
        blocking = blocking.model_copy(update=update)
    return config.model_copy(update={"subscriptions": (), "blocking": blocking})


def _length(rule: Rule) -> int:
    own = own_labels(rule.text) if rule.match == "pattern" else ()
    return len(rule.name) + sum(len(label) + 1 for label in own)


def _known(what: str, given: Iterable[str], known: Iterable[str]) -> None:
    words = sorted(known)
    if strangers := [word for word in given if word not in words]:
        told = [f"no {what} is called {word}; {suggest(word, words)}" for word in strangers]
        raise StartError("\n".join(told))
