"""How much each device has asked, of whom, and what became of it: from the totals of the log."""

from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import Connection, func, select

from blocker.querylog import tables
from blocker.querylog.stats import HOUR, Span, device_column


@dataclass(slots=True)
class Counts:
    """By outcome (`blocked`, `allowed`, `would-block`), of all and of each vendor."""

    outcomes: dict[str, int] = field(default_factory=dict)
    vendors: dict[str, dict[str, int]] = field(default_factory=dict)


def counts(connection: Connection, span: Span, devices: Collection[str]) -> dict[str, Counts]:
    """Of these devices, by key; of whole hours."""
    who, account, total = device_column(), tables.accounts.c, tables.hourly.c
    since, until = span.whole(HOUR)
    joined = tables.hourly.join(tables.clients, tables.clients.c.id == total.client_id).join(
        tables.accounts, account.id == total.account_id
    )
    statement = (
        select(who, account.vendor, account.outcome, func.sum(total["count"]))
        .select_from(joined)
        .where(total.hour >= since, total.hour < until, tables.clients.c.device.in_(devices))
        .group_by(who, account.vendor, account.outcome)
    )
    found: dict[str, Counts] = {}
    for key, vendor, outcome, count in connection.execute(statement):
        of_it = found.setdefault(key, Counts())
        of_it.outcomes[outcome] = of_it.outcomes.get(outcome, 0) + int(count)
        if vendor:
            of_it.vendors.setdefault(vendor, {})[outcome] = int(count)
    return found
