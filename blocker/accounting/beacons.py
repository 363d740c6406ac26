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
from blocker.querylog.stats import Span, device_column

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
    # A device has several addresses, at once and after another: its calls are those of them all.
    clients = connection.execute(select(tables.clients.c.id, device_column()))
    device_of: dict[int, str] = dict(map(tuple, clients))
    first, last = ids_of(connection, day.since, day.until)
    row = tables.queries.c
    names = {name for _, name in pairs}
    rows = connection.execute(
        select(row.client_id, row.name_id, row.second)
        .where(row.id >= first, row.id < last, row.name_id.in_(names))
        .order_by(row.id)
    )
    times: dict[tuple[str, int], list[int]] = {pair: [] for pair in pairs}
    for client, name, second in rows:
        if (pair := (device_of[client], name)) in times:
            times[pair].append(second)
    found = [
        Beacon(pair[0], *pairs[pair], rhythm=steady)
        for pair, seconds in times.items()
        if (steady := rhythm(sorted(seconds))) is not None
    ]
    return sorted(found, key=lambda each: (each.rhythm.period, each.device, each.name))


def _candidates(connection: Connection, day: Span) -> dict[tuple[str, int], tuple[str, str, str]]:
    """Device and id of the name; its vendor, purpose, and the name."""
    account, name = tables.accounts.c, tables.names.c
    named, device = tables.daily_names.c, device_column()
    since, until = day.whole(DAY)
    count = func.sum(named["count"])
    rows = connection.execute(
        select(
            device, named.name_id, func.max(account.vendor), func.max(account.purpose), name.name
        )
        .select_from(tables.daily_names)
        .join(tables.accounts, account.id == named.account_id)
        .join(tables.clients, tables.clients.c.id == named.client_id)
        .join(tables.names, name.id == named.name_id)
        .where(named.day >= since, named.day < until, account.vendor != "", name.name != "")
        .group_by(device, named.name_id, name.name)
        .having(count >= CALLS)
        .order_by(count.desc(), named.name_id, device)
        .limit(CANDIDATES)
    )
    return {(device, number): tuple(words) for device, number, *words in rows}
