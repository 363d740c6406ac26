"""Retry amplification: how much oftener a name is asked once it is blocked.

A device that is told there is nothing may ask again and again; its blocks are then no success. So
what a device asked a minute while a name was blocked is held against what the same device asked for
the same name while it was allowed.

Rule: a device's questions are those of all its addresses. Without a before there is no figure: a
name that was always blocked has none. A few are no rate: each side needs MINIMUM of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, case, func, literal, select

from blocker.querylog import tables
from blocker.querylog.settings import DAY
from blocker.querylog.stats import Span, device_column

MINIMUM: Final = 4  # questions on either side
SIDES: Final = ("allowed", "blocked")


@dataclass(frozen=True, slots=True)
class Asked:
    """Questions of some days; `span` is the seconds from each day's first to its last, added up."""

    count: int
    days: int
    span: int

    @property
    def rate(self) -> float | None:
        """Questions a minute; a day's first opens its span, so it is no question within it."""
        if self.count < MINIMUM or self.span <= 0:
            return None
        return (self.count - self.days) * 60 / self.span


@dataclass(frozen=True, slots=True)
class Questions:
    """Of a device for one name, while it was allowed and while it was blocked."""

    device: str
    vendor: str
    name: str
    allowed: Asked
    blocked: Asked


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


def questions(connection: Connection, span: Span) -> list[Questions]:
    """Of vendors' names that were allowed and blocked; most have no second side, and stay there."""
    days = _days(span).subquery()
    key = (days.c.device, days.c.vendor, days.c.name_id)
    sides = {side: _side(days.c, side) for side in SIDES}
    both = (
        select(*key, *sides["allowed"], *sides["blocked"])
        .group_by(*key)
        .having(sides["allowed"][0] >= MINIMUM, sides["blocked"][0] >= MINIMUM)
        .subquery()
    )
    name = tables.names.c
    rows = connection.execute(
        select(name.name, both).join(both, both.c.name_id == name.id).where(name.name != "")
    )
    return [
        Questions(
            device, vendor, text, Asked(*map(int, numbers[:3])), Asked(*map(int, numbers[3:]))
        )
        for text, device, vendor, _, *numbers in rows
    ]


def amplified(asked: Iterable[Questions]) -> list[Amplified]:
    """The greatest factor first."""
    found = []
    for each in asked:
        before, after = each.allowed.rate, each.blocked.rate
        if before is not None and after is not None:
            found.append(Amplified(each.device, each.vendor, each.name, before, after))
    return sorted(found, key=lambda each: (-each.factor, each.device, each.name))


def _days(span: Span) -> Select[Any]:
    """What a device asked for a name on a day, of all its addresses and rules together."""
    account, named = tables.accounts.c, tables.daily_names.c
    since, until = span.whole(DAY)
    within = (
        named.day >= since, named.day < until, account.vendor != "", account.outcome.in_(SIDES)
    )  # fmt: skip
    account_of = tables.daily_names.join(tables.accounts, account.id == named.account_id)
    # Most names have one side only, so that the pairs need not be made of all.
    twofold = (
        select(named.name_id)
        .select_from(account_of)
        .where(*within)
        .group_by(named.name_id)
        .having(*(func.sum(case((account.outcome == side, 1), else_=0)) > 0 for side in SIDES))
    )
    key = (
        device_column().label("device"),
        account.vendor,
        named.name_id,
        named.day,
        account.outcome,
    )
    return (
        select(
            *key,
            func.sum(named["count"]).label("count"),
            func.min(named.first).label("first"),
            func.max(named["last"]).label("last"),
        )
        .select_from(account_of)
        .join(tables.clients, tables.clients.c.id == named.client_id)
        .where(*within, named.name_id.in_(twofold))
        .group_by(*key)
    )


def _side(day: Any, side: str) -> tuple[ColumnElement[int], ...]:
    """The columns of `Asked`, of the days of that outcome."""
    parts = (day["count"], literal(1), day["last"] - day.first)
    return tuple(func.sum(case((day.outcome == side, part), else_=0)) for part in parts)
