"""A figure, with the limit it was held against."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    what: str
    measured: str
    limit: str
    met: bool | None  # None: shown for comparison, no limit


def at_most(what: str, measured: float, limit: float, unit: str) -> Finding:
    return Finding(what, f"{measured:.2f} {unit}", f"{limit:g} {unit}", measured <= limit)


def shown(what: str, measured: str) -> Finding:
    return Finding(what, measured, "", None)
