"""Who has made a device, guessed from what it asks, with the reasons.

Rule: what a system asks by itself says more than what an app asks. A check of the connection, as
the lists know it, counts for several names of a vendor's domains. When two vendors are about as
likely, nothing is guessed.
"""

from dataclasses import dataclass, field
from typing import Final

from blocker.core.row import Row

CONNECTIVITY: Final = "connectivity"
CHECK, NAME = 5, 1  # what a connectivity check counts for, and any other name
ENOUGH: Final = 3
CLEARLY: Final = 2  # times as likely as the next
VENDORS, NAMES = 50, 20  # remembered of a device, and of each vendor
REASONS: Final = 3


@dataclass(frozen=True, slots=True)
class Guess:
    vendor: str = ""
    reasons: tuple[str, ...] = ()


@dataclass(slots=True)
class Evidence:
    """What one device asked for: names by vendor, and whether each checks the connection."""

    _vendors: dict[str, dict[str, bool]] = field(default_factory=dict)

    def take(self, row: Row) -> None:
        vendor = row.kind.vendor
        if not vendor or not row.name:
            return
        checks = row.kind.purpose == CONNECTIVITY
        if vendor not in self._vendors and len(self._vendors) >= VENDORS:
            return
        names = self._vendors.setdefault(vendor, {})
        if row.name in names or len(names) < NAMES:
            names[row.name] = checks

    def join(self, other: "Evidence") -> None:
        for vendor, names in other._vendors.items():
            self._vendors.setdefault(vendor, {}).update(names)

    def guess(self) -> Guess:
        ranked = sorted(
            ((_points(names), vendor) for vendor, names in self._vendors.items()), reverse=True
        )
        if not ranked:
            return Guess()
        points, vendor = ranked[0]
        next_best = ranked[1][0] if len(ranked) > 1 else 0
        if points < max(ENOUGH, CLEARLY * next_best):
            return Guess()
        names = self._vendors[vendor]
        first = sorted(names, key=lambda name: (not names[name], name))[:REASONS]
        return Guess(vendor, tuple(_reason(name, vendor, checks=names[name]) for name in first))


def _points(names: dict[str, bool]) -> int:
    return sum(CHECK if checks else NAME for checks in names.values())


def _reason(name: str, vendor: str, *, checks: bool) -> str:
    if checks:
        return f"checks its connection at {name}, as devices of {vendor} do"
    return f"asks for {name}, a name of {vendor}"
