"""Beacons: a name that a device asks for at a steady period, whether anybody uses it or not.

Rule: rather miss one than see one in chance. Asked at random, the distances between questions vary
as much as they are long; a beacon's hardly do. Questions that come within seconds of each other
(several types of a name, or a retry) are one call, and one that was missed counts as two periods.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Final

from sqlalchemy import Connection, func, select

from blocker.querylog import tables
from blocker.querylog.pages import span as ids_of
from blocker.querylog.settings import DAY
from blocker.querylog.stats import Span

CALLS: Final = 8  # the least from which a period is read
TOGETHER: Final = 6  # seconds: what comes closer is one call
STEADY: Final = 0.1  # of the period: half of the calls are nearer than this to where they should be
NEAR: Final = 0.2  # what is farther is no call of the beacon
KEPT: Final = 0.8  # of the distances must be near one to MISSED periods
MISSED: Final = 3
CANDIDATES: Final = 400  # pairs of device and name that are looked at, those asked most


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Seconds; jitter is how far half of the calls are from where they should be."""

    period: float
    jitter: float
    calls: int


@dataclass(frozen=True, slots=True)
class Beacon:
    device: str
    vendor: str
    purpose: str
    name: str
    rhythm: Rhythm


def rhythm(seconds: Sequence[int]) -> Rhythm | None:
    """Of the times a name was asked at, ascending; None if there is none."""
    calls = [
        at for at, before in zip(seconds, [-DAY, *seconds], strict=False) if at - before > TOGETHER
    ]
    distances = [later - at for at, later in pairwise(calls)]
    if len(calls) < CALLS:
        return None
    period = median(distances)
    off = []
    for distance in distances:
        times = round(distance / period)
        if 1 <= times <= MISSED and abs(distance / times - period) <= NEAR * period:
            off.append(abs(distance / times - period))
    if len(off) < KEPT * len(distances):
        return None
    jitter = median(off)
    return Rhythm(period, jitter, len(calls)) if jitter <= STEADY * period else None


def beacons(connection: Connection, span: Span) -> list[Beacon]:
    """Of the last day in the span, of vendors' names; the quickest first."""
    day = Span(max(span.since, span.until - DAY), span.until)
    pairs = _candidates(connection, day)
    if not pairs:
        return []
    first, last = ids_of(connection, day.since, day.until)
    row = tables.queries.c
    names = {name for _, name in pairs}
    rows = connection.execute(
        select(row.client_id, row.name_id, row.second)
        .where(row.id >= first, row.id < last, row.name_id.in_(names))
        .order_by(row.id)
    )
    times: dict[tuple[int, int], list[int]] = {pair: [] for pair in pairs}
    for client, name, second in rows:
        if (client, name) in times:
            times[client, name].append(second)
    found = [
        Beacon(*pairs[pair], rhythm=steady)
        for pair, seconds in times.items()
        if (steady := rhythm(sorted(seconds))) is not None
    ]
    return sorted(found, key=lambda each: (each.rhythm.period, each.device, each.name))


def _candidates(
    connection: Connection, day: Span
) -> dict[tuple[int, int], tuple[str, str, str, str]]:
    """Ids of client and name, and what to call them."""
    account, client = tables.accounts.c, tables.clients.c
    named, name = tables.daily_names.c, tables.names.c
    since, until = day.whole(DAY)
    count = func.sum(named["count"])
    rows = connection.execute(
        select(
            named.client_id, named.name_id, client.device, client.address,
            func.max(account.vendor), func.max(account.purpose), name.name,
        )
        .select_from(tables.daily_names)
        .join(tables.accounts, account.id == named.account_id)
        .join(tables.clients, client.id == named.client_id)
        .join(tables.names, name.id == named.name_id)
        .where(named.day >= since, named.day < until, account.vendor != "", name.name != "")
        .group_by(named.client_id, named.name_id, client.device, client.address, name.name)
        .having(count >= CALLS)
        .order_by(count.desc())
        .limit(CANDIDATES)
    )  # fmt: skip
    return {
        (client_id, name_id): (device or address, vendor, purpose, text)
        for client_id, name_id, device, address, vendor, purpose, text in rows
    }
