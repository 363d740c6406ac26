"""Sums of the log over a span of time, from the totals: quick, and complete when rows are gone.

Rule: counts are by the hour, so a span is widened to whole hours; names, and when something was
first and last seen, to whole days. Who tells a figure tells the span that was counted. Of names of
no vendor there is a bound for each day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import Connection, case, distinct, func, or_, select

from blocker.querylog import tables
from blocker.querylog.settings import DAY

HOUR: Final = 3_600

Of = Literal["names", "clients", "vendors", "purposes"]
Step = Literal["hour", "day"]


@dataclass(frozen=True, slots=True)
class Span:
    """Seconds from `since` up to, not including, `until`."""

    since: int
    until: int

    def whole(self, length: int) -> tuple[int, int]:
        """Starts of the first and after the last stretch of this length that it touches."""
        return self.since // length * length, -(-self.until // length) * length

    def counted(self, length: int, now: int) -> "Span":
        """What stretches of this length count for it; what is yet to come does not."""
        since, until = self.whole(length)
        return Span(since, min(until, max(self.until, now)))


@dataclass(frozen=True, slots=True)
class Account:
    """What a device has to do with a vendor for one purpose."""

    device: str  # key; an address where the device is not told
    vendor: str
    purpose: str
    blocked: int
    allowed: int
    would_block: int
    names: int  # distinct
    first: int  # of the days that the span touches; 0: not known
    last: int

    @property
    def attempts(self) -> int:
        return self.blocked + self.allowed + self.would_block


@dataclass(frozen=True, slots=True)
class Ranked:
    what: str
    blocked: int
    allowed: int
    would_block: int

    @property
    def count(self) -> int:
        return self.blocked + self.allowed + self.would_block


def accounts(connection: Connection, span: Span, device: str = "") -> list[Account]:
    """Of every device, or of one, with every vendor; most attempts first."""
    who, account = device_column(), tables.accounts.c
    key = (who, account.vendor, account.purpose)
    total = tables.hourly.c
    since, until = span.whole(HOUR)
    counted = (
        select(*key, *_outcomes(total["count"]))
        .select_from(_joined(tables.hourly))
        .where(total.hour >= since, total.hour < until, account.vendor != "", *_only(device))
        .group_by(*key)
    )
    named = tables.daily_names.c
    nameless = connection.scalar(select(tables.names.c.id).where(tables.names.c.name == "")) or 0
    since, until = span.whole(DAY)
    seen = (
        select(
            *key,
            func.count(distinct(case((named.name_id != nameless, named.name_id)))),
            func.min(named.first),
            func.max(named["last"]),
        )
        .select_from(_joined(tables.daily_names))
        .where(named.day >= since, named.day < until, account.vendor != "", *_only(device))
        .group_by(*key)
    )
    moments = {tuple(row[:3]): tuple(row[3:]) for row in connection.execute(seen)}
    found = []
    for whose, vendor, purpose, blocked, allowed, would_block in connection.execute(counted):
        names, first, last = moments.get((whose, vendor, purpose), (0, 0, 0))
        found.append(
            Account(
                whose, vendor, purpose, int(blocked), int(allowed), int(would_block), names,
                first, last,
            )
        )  # fmt: skip
    return sorted(found, key=lambda each: (-each.attempts, each.device, each.vendor, each.purpose))


def top(
    connection: Connection, of: Of, span: Span, limit: int = 20, outcome: str = "", device: str = ""
) -> list[Ranked]:
    """What was asked most often, who asked most, and whom it was about."""
    table, length = (tables.daily_names, DAY) if of == "names" else (tables.hourly, HOUR)
    start = table.c.day if of == "names" else table.c.hour
    since, until = span.whole(length)
    account = tables.accounts.c
    what: Any = {
        "names": table.c.get("name_id"),
        "clients": device_column(),
        "vendors": account.vendor,
        "purposes": account.purpose,
    }[of]
    count = func.sum(table.c["count"])
    statement = (
        select(what, *_outcomes(table.c["count"]))
        .select_from(_joined(table))
        .where(start >= since, start < until, *_only(device))
        .group_by(what)
        .order_by(count.desc(), what)
        .limit(limit + 1)
    )
    if outcome:
        statement = statement.where(account.outcome == outcome)
    if of in ("vendors", "purposes"):
        statement = statement.where(what != "")
    rows = [(each[0], *map(int, each[1:])) for each in connection.execute(statement)]
    words = _names(connection, [row[0] for row in rows]) if of == "names" else {}
    # A flood's row has no name.
    ranked = [Ranked(words.get(what, what), *counts) for what, *counts in rows]
    return [each for each in ranked if each.what][:limit]


def series(
    connection: Connection, span: Span, step: Step, device: str = "", vendor: str = ""
) -> list[tuple[int, str, int]]:
    """(start, outcome, count) of each hour or day in which there was something, oldest first."""
    table, length = (tables.hourly, HOUR) if step == "hour" else (tables.daily, DAY)
    start, account = table.c[step], tables.accounts.c
    since, until = span.whole(length)
    statement = (
        select(start, account.outcome, func.sum(table.c["count"]))
        .select_from(_joined(table))
        .where(start >= since, start < until, *_only(device))
        .group_by(start, account.outcome)
        .order_by(start, account.outcome)
    )
    if vendor:
        statement = statement.where(account.vendor == vendor)
    return [(at, outcome, int(count)) for at, outcome, count in connection.execute(statement)]


def knows(connection: Connection, device: str) -> bool:
    """Whether this device, by its key or an address, has ever been logged."""
    return connection.scalar(select(tables.clients.c.id).where(*_only(device)).limit(1)) is not None


def device_column() -> Any:
    client = tables.clients.c
    return case((client.device == "", client.address), else_=client.device)


def _only(device: str) -> list[Any]:
    client = tables.clients.c
    return [or_(device_column() == device, client.address == device)] if device else []


def _outcomes(count: Any) -> list[Any]:
    outcome = tables.accounts.c.outcome
    return [
        func.sum(case((outcome == name, count), else_=0))
        for name in ("blocked", "allowed", "would-block")
    ]


def _joined(table: Any) -> Any:
    return table.join(tables.clients, tables.clients.c.id == table.c.client_id).join(
        tables.accounts, tables.accounts.c.id == table.c.account_id
    )


def _names(connection: Connection, numbers: Sequence[int]) -> dict[int, str]:
    name = tables.names.c
    found = connection.execute(select(name.id, name.name).where(name.id.in_(numbers)))
    return {int(number): str(text) for number, text in found}
