"""A policy with regular expressions beside the names.

Rule: what no expression could change is not searched for them; whoever has none pays nothing.
"""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from blocker.core.policy import Policy, Rule, Ruleset, Verdict
from blocker.core.ruleset import Search


class SearchingPolicy(Policy):
    """A Policy that asks `searches` too."""

    def __init__(
        self,
        ruleset: Ruleset,
        overlay: Iterable[Rule],
        searches: Sequence[Search],
        **options: Any,
    ) -> None:
        self._searches = searches
        super().__init__(ruleset, overlay, **options)

    def match(self, name: bytes) -> Verdict | None:
        """As `Policy.match`."""
        verdict = super().match(name)
        decides = verdict is not None and verdict.action in ("block", "allow", "local")
        layer = verdict.rule.layer if verdict is not None and decides else ""
        for search in self._searches:
            listed = layer == "subscription" and search.exceptions
            if (search.own or listed or not decides) and search.find(name):
                return self._look_up(name)
        return verdict

    def _found(self, name: bytes) -> Sequence[Rule]:
        return list(chain.from_iterable(search.find(name) for search in self._searches))
