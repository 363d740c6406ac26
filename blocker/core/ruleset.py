"""What a policy asks: compiled rules, and compiled regular expressions.

Rule: both are found by what is read only, so that all groups share them.
"""

from collections.abc import Collection, Sequence
from typing import Protocol

from blocker.core.relations import Relation
from blocker.core.rule import Rule


class Ruleset(Protocol):
    """Compiled rules: `blocker/ruleset/` over a mapped file."""

    @property
    def off(self) -> Collection[str]:
        """The vendors that are off unless switched on."""

    @property
    def relations(self) -> Sequence[Relation]:
        """The names that hold together."""

    @property
    def keyless(self) -> Sequence[Rule]:
        """The rules that no name leads to: expressions, addresses and clients."""

    def prefixes(self, key: bytes) -> list[bytes]:
        """The stored keys that `key` starts with, shortest first."""

    def rules(self, key: bytes) -> Sequence[Rule]:
        """Every rule at a stored key, with its own text and line, else (). For explain."""

    def kinds(self, key: bytes) -> Sequence[Rule]:
        """As `rules`, but all lines of a subscription share one Rule: to decide needs no more."""

    def kind(self, key: bytes) -> int:
        """A number for the rule that such lines share, at a key that has no other rule; else 0."""


class Search(Protocol):
    """Regular expressions, compiled: `blocker/expressions.py`."""

    @property
    def exceptions(self) -> bool:
        """Whether any of them could overrule a block by name on a list."""

    @property
    def own(self) -> bool:
        """Whether they are the user's, which come before all lists."""

    def find(self, name: bytes) -> Sequence[Rule]:
        """The rules whose expression is found in a folded wire name."""


class NoRules:
    """The ruleset of a pause, or of a start before any list is there: nothing matches."""

    off: Collection[str] = ()
    relations: Sequence[Relation] = ()
    keyless: Sequence[Rule] = ()

    def prefixes(self, key: bytes) -> list[bytes]:
        return []

    def rules(self, key: bytes) -> Sequence[Rule]:
        return ()

    def kinds(self, key: bytes) -> Sequence[Rule]:
        return ()

    def kind(self, key: bytes) -> int:
        return 0
