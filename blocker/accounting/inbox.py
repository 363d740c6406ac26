"""Names in vendors' zones that are on no list: what a curator should look at next."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, func, select

from blocker.querylog import tables
from blocker.querylog.settings import DAY
from blocker.querylog.stats import Span

SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class Unclassified:
    """Times are seconds of the wall clock."""

    vendor: str
    name: str
    count: int
    clients: int
    first: int
    last: int


def unclassified(connection: Connection, span: Span) -> list[Unclassified]:
    """Asked most often first."""
    account = tables.accounts.c
    named, name = tables.daily_names.c, tables.names.c
    since, until = span.whole(DAY)
    count = func.sum(named["count"])
    rows = connection.execute(
        select(
            account.vendor, name.name, count, func.count(func.distinct(named.client_id)),
            func.min(named.first), func.max(named["last"]),
        )
        .select_from(tables.daily_names)
        .join(tables.accounts, account.id == named.account_id)
        .join(tables.names, name.id == named.name_id)
        .where(named.day >= since, named.day < until)
        .where(account.purpose == "unclassified", name.name != "")
        .group_by(account.vendor, name.name)
        .order_by(count.desc(), name.name)
        .limit(SHOWN)
    )  # fmt: skip
    return [
        Unclassified(vendor, text, int(n), clients, first, last)
        for vendor, text, n, clients, first, last in rows
    ]
