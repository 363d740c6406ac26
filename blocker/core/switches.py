"""What of the lists is in force: by vendor, purpose, breakage, and list.

Rule: a switch that is off lets matching go on; one in shadow counts what would have been blocked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from blocker.core.rule import BREAKAGE, TELEMETRY, Rule

State = Literal["on", "off", "shadow"]


@dataclass(frozen=True, slots=True)
class Switch:
    """One vendor's setting; None stands for the policy's own value."""

    state: State = "on"
    purposes: frozenset[str] | None = None
    max_breakage: str | None = None


_ON = Switch()


@dataclass(frozen=True, slots=True)
class Switches:
    """One group's settings. A purpose or a list that is not named is as it is by itself."""

    vendors: Mapping[str, Switch] = field(default_factory=dict)
    purposes: Mapping[str, State] = field(default_factory=dict)
    lists: Mapping[str, State] = field(default_factory=dict)
    max_breakage: str = "minor"

    def listed(self, rule: Rule) -> str:
        """What a subscription's rule does, or why it does nothing."""
        state = self.lists.get(rule.list, "on")
        if state == "off":
            return f"the list {rule.list} is switched off"
        if state == "shadow":
            return "shadow" if rule.action != "allow" else f"the list {rule.list} is in shadow"
        return rule.action

    def curated(self, rule: Rule) -> str:
        """`block`, `allow` or `shadow` when the entry is in force, else why it is not."""
        switch = self.vendors.get(rule.vendor, _ON)
        if (unchosen := self._unchosen(rule, switch)) is not None:
            return unchosen
        if switch.state == "off":
            return f"vendor {rule.vendor} is switched off"
        limit = switch.max_breakage or self.max_breakage
        if BREAKAGE.index(rule.breakage) > BREAKAGE.index(limit):
            return f"its breakage is {rule.breakage}, the limit is {limit}"
        if rule.shared and switch.purposes is None:
            return "shared with a function of the device; DNS cannot separate them"
        shadow = "shadow" in (switch.state, self.purposes.get(rule.purpose))
        return "shadow" if shadow else "block"

    def _unchosen(self, rule: Rule, switch: Switch) -> str | None:
        """What comes of an entry whose purpose is not to be blocked; None if it is."""
        purpose = rule.purpose
        if switch.purposes is not None:
            if purpose in switch.purposes:
                return None
            why = f"{purpose} is not among the purposes chosen for {rule.vendor}"
        else:
            if self.purposes.get(purpose, "on" if purpose in TELEMETRY else "off") != "off":
                return None
            why = f"the purpose {purpose} is switched off"
        return why if purpose in TELEMETRY else "allow"


class Paused(Switches):
    """While blocking is paused, no list does anything; what its rules know of names still holds."""

    def listed(self, rule: Rule) -> str:
        return _PAUSED

    def curated(self, rule: Rule) -> str:
        return _PAUSED


_PAUSED = "blocking is paused"
