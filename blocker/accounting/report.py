"""A report: the accounts of a span of time, added up by vendor, device and purpose.

Rule: every sum is made of the same accounts, so figures agree wherever they are shown. What is not
in the log (it was off, or the rows are gone) is not made up. `span` is of whole hours, which are
what is counted; distinct names, first and last, storms and the inbox are of the days it touches.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from blocker.accounting.amplification import Amplified, amplified, questions
from blocker.accounting.beacons import Beacon, beacons
from blocker.accounting.inbox import Unclassified, unclassified
from blocker.querylog.stats import Account, Span, accounts


@dataclass(frozen=True, slots=True)
class Maker:
    """What the lists say of a vendor: its name, home, and the law that applies with its sources."""

    title: str = ""
    jurisdiction: str = ""
    law: str = ""
    sources: tuple[tuple[str, str], ...] = ()  # title and URL
    is_one: bool = True  # else it stands for rules that stop names of no maker


# By what stands for the vendor where a name has none: the layer of its rule (see core.row).
NO_MAKER: Final = {
    "user": Maker(title="your own rules", is_one=False),
    "subscription": Maker(title="subscribed lists", is_one=False),
}


@dataclass(frozen=True, slots=True)
class Sum:
    """Of some accounts. `names` are distinct ones of each purpose and device, added up.

    `first` and `last` are 0 where one of the accounts does not know.
    """

    attempts: int
    blocked: int
    allowed: int
    would_block: int
    names: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class VendorReport:
    vendor: str
    maker: Maker
    total: Sum
    purposes: tuple[tuple[str, Sum], ...]
    devices: tuple[tuple[str, Sum], ...]
    amplification: float | None  # of those of its names that have a before


@dataclass(frozen=True, slots=True)
class Report:
    span: Span
    total: Sum
    vendors: tuple[VendorReport, ...]  # most attempts first
    accounts: tuple[Account, ...]
    amplified: tuple[Amplified, ...]
    beacons: tuple[Beacon, ...]
    inbox: tuple[Unclassified, ...]


def report(
    connection: Connection, span: Span, makers: Mapping[str, Maker], device: str = ""
) -> Report:
    """Of all devices, or of one; `span` as `Span.counted` gives it."""
    found = accounts(connection, span, device)
    whose = {each.device for each in found}
    storms = [each for each in amplified(questions(connection, span)) if each.device in whose]
    steady = [each for each in beacons(connection, span) if each.device in whose]
    vendors = [
        _vendor(vendor, makers.get(vendor) or NO_MAKER.get(vendor, Maker()), some, storms)
        for vendor, some in _by("vendor", found).items()
    ]
    return Report(
        span=span,
        total=summed(found),
        vendors=tuple(sorted(vendors, key=lambda each: (-each.total.attempts, each.vendor))),
        accounts=tuple(found),
        amplified=tuple(storms),
        beacons=tuple(steady),
        inbox=() if device else tuple(unclassified(connection, span)),
    )


def summed(some: Iterable[Account]) -> Sum:
    some = list(some)
    return Sum(
        attempts=sum(each.attempts for each in some),
        blocked=sum(each.blocked for each in some),
        allowed=sum(each.allowed for each in some),
        would_block=sum(each.would_block for each in some),
        names=sum(each.names for each in some),
        first=min((each.first for each in some), default=0),
        last=max((each.last for each in some), default=0) if all(each.last for each in some) else 0,
    )


def _vendor(
    vendor: str, maker: Maker, some: list[Account], storms: Iterable[Amplified]
) -> VendorReport:
    of_it = [each for each in storms if each.vendor == vendor]
    before = sum(each.before for each in of_it)
    return VendorReport(
        vendor=vendor,
        maker=maker,
        total=summed(some),
        purposes=_sums(_by("purpose", some)),
        devices=_sums(_by("device", some)),
        amplification=sum(each.after for each in of_it) / before if before else None,
    )


def _by(field: str, some: Iterable[Account]) -> dict[str, list[Account]]:
    parts: dict[str, list[Account]] = {}
    for each in some:
        parts.setdefault(getattr(each, field), []).append(each)
    return parts


def _sums(parts: Mapping[str, list[Account]]) -> tuple[tuple[str, Sum], ...]:
    sums = [(name, summed(some)) for name, some in parts.items()]
    return tuple(sorted(sums, key=lambda each: (-each[1].attempts, each[0])))
