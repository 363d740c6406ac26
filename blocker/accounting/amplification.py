"""Retry amplification: how much oftener a name is asked once it is blocked.

A device that is told there is nothing may ask again and again; its blocks are then no success. So
what a device asked a minute while a name was blocked is held against what the same device asked for
the same name while it was allowed.

Rule: without a before there is no figure. A name that was always blocked has none, and a few
questions are no rate: each side needs MINIMUM of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select

from blocker.querylog import tables
from blocker.querylog.settings import DAY
from blocker.querylog.stats import Span

MINIMUM: Final = 4  # questions on either side


@dataclass(frozen=True, slots=True)
class Stretch:
    """A day of a device's questions for one name with one outcome; times are seconds."""

    device: str
    vendor: str
    name: str
    blocked: bool
    count: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Amplified:
    """Questions a minute before the block and after it, of one device for one name."""

    device: str
    vendor: str
    name: str
    before: float
    after: float

    @property
    def factor(self) -> float:
        return self.after / self.before


def stretches(connection: Connection, span: Span) -> list[Stretch]:
    """Those of vendors' names, by day."""
    account, client = tables.accounts.c, tables.clients.c
    named, name = tables.daily_names.c, tables.names.c
    since, until = span.whole(DAY)
    device = client.device
    rows = connection.execute(
        select(
            device, client.address, account.vendor, name.name, account.outcome,
            named["count"], named.first, named["last"],
        )
        .select_from(tables.daily_names)
        .join(tables.accounts, account.id == named.account_id)
        .join(tables.clients, client.id == named.client_id)
        .join(tables.names, name.id == named.name_id)
        .where(named.day >= since, named.day < until, account.vendor != "", name.name != "")
        .where(account.outcome.in_(("blocked", "allowed")))
    )  # fmt: skip
    return [
        Stretch(key or address, vendor, text, outcome == "blocked", count, first, last)
        for key, address, vendor, text, outcome, count, first, last in rows
    ]


def amplified(seen: Iterable[Stretch]) -> list[Amplified]:
    """The greatest factor first."""
    sides: dict[tuple[str, str, str], dict[bool, list[Stretch]]] = {}
    for each in seen:
        both = sides.setdefault((each.device, each.vendor, each.name), {False: [], True: []})
        both[each.blocked].append(each)
    found = []
    for (device, vendor, name), both in sides.items():
        before, after = _rate(both[False]), _rate(both[True])
        if before is not None and after is not None:
            found.append(Amplified(device, vendor, name, before, after))
    return sorted(found, key=lambda each: (-each.factor, each.device, each.name))


def _rate(days: list[Stretch]) -> float | None:
    """Questions a minute; a day's first opens its span, so it is no question within it."""
    asked = sum(each.count for each in days)
    within = sum(each.count - 1 for each in days)
    minutes = sum(each.last - each.first for each in days) / 60
    return within / minutes if asked >= MINIMUM and minutes > 0 else None
