"""Pages of the log, newest first: which rows match, found without an index on any column.

Rule: a look is bounded in time. Stretches of rows that cannot have what is asked are left out, by
their marks; what is left is read from the newest on. When the time is up, a page says how far it
came and its cursor goes on from there.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, func, select

from blocker.querylog import tables
from blocker.querylog.filters import MANY, Filters, Wanted, name_matches, resolve, row_matches
from blocker.querylog.marks import What, has_any, pair

BUDGET: Final = 0.2  # seconds of looking
PAIRS: Final = 2_000  # beyond which they are not looked up
TOGETHER: Final = 4  # stretches that follow one another, read at once


@dataclass(frozen=True, slots=True)
class Query:
    """A stored row, in words; vendor, purpose and outcome are of the account it counts for."""

    id: int
    second: int
    client: str
    device: str
    name: str
    qtype: int
    rcode: int
    action: str
    verdict: str
    outcome: str
    layer: str
    list: str
    rule: str
    line: int
    vendor: str
    purpose: str
    breakage: str
    upstream: str
    micros: int  # of all together
    count: int


@dataclass(frozen=True, slots=True)
class Page:
    """`before` is the cursor of the next page; None: this is the last."""

    queries: list[Query]
    before: int | None
    complete: bool  # it is as full as it could be; else the time was up


def span(connection: Connection, since: int, until: int) -> tuple[int, int]:
    """Ids from the first to the one after the last, that all rows of these seconds lie among."""
    chunks, queries = tables.chunks.c, tables.queries.c
    tail = tail_of(connection)
    within = select(func.min(chunks.id), func.max(chunks.id)).where(
        chunks.last >= since, chunks.first < until
    )
    first, last = connection.execute(within).one()
    newest = connection.scalar(select(func.max(queries.id))) or 0
    reaches_tail = newest >= tail and (
        connection.scalar(select(func.min(queries.second)).where(queries.id >= tail)) < until
    )
    start = tail if first is None else first * tables.CHUNK
    end = newest + 1 if reaches_tail else tail if last is None else (last + 1) * tables.CHUNK
    return min(start, end), end


def tail_of(connection: Connection) -> int:
    """The first id after the stretches that are complete; the first of them has the number 0."""
    last = connection.scalar(select(func.max(tables.chunks.c.id)))
    return 0 if last is None else (last + 1) * tables.CHUNK


def page(
    connection: Connection,
    filters: Filters,
    limit: int = 100,
    before: int | None = None,
    budget: float = BUDGET,
) -> Page:
    """The newest rows that match, of those older than the cursor `before`."""
    until = time.monotonic() + budget
    wanted = resolve(connection, filters)
    if wanted.nothing:
        return Page([], None, complete=True)
    conditions = _conditions(filters, wanted)
    found: list[int] = []
    for start, end in _stretches(connection, filters, wanted, before):
        found += connection.scalars(
            _ids(start, end, conditions, wanted, filters, limit - len(found))
        )
        if len(found) >= limit:
            return Page(_told(connection, found), found[-1], complete=True)
        if time.monotonic() > until:
            return Page(_told(connection, found), start, complete=False)
    return Page(_told(connection, found), None, complete=True)


def _conditions(filters: Filters, wanted: Wanted) -> list[ColumnElement[bool]]:
    row = tables.queries.c
    conditions = row_matches(tables.queries, filters, wanted)
    if filters.since is not None:
        conditions.append(row.second >= filters.since)
    if filters.until is not None:
        conditions.append(row.second < filters.until)
    if wanted.names is not None and len(wanted.names) <= MANY:
        conditions.append(row.name_id.in_(sorted(wanted.names)))
    return conditions


def _ids(
    start: int,
    end: int,
    conditions: Sequence[ColumnElement[bool]],
    wanted: Wanted,
    filters: Filters,
    limit: int,
) -> Any:
    row = tables.queries.c
    statement = select(row.id).where(row.id >= start, row.id < end, *conditions)
    if wanted.names is not None and len(wanted.names) > MANY:
        name = select(tables.names.c.id).where(
            tables.names.c.id == row.name_id, name_matches(filters.name)
        )
        statement = statement.where(name.exists())
    return statement.order_by(row.id.desc()).limit(limit)


def _stretches(
    connection: Connection, filters: Filters, wanted: Wanted, before: int | None
) -> Iterator[tuple[int, int]]:
    """Ids that may match, newest first; neighbours together."""
    chunks, size = tables.chunks.c, tables.CHUNK
    tail = tail_of(connection)
    newest = connection.scalar(select(func.max(tables.queries.c.id))) or 0
    end = newest + 1 if before is None else min(before, newest + 1)
    if end > tail:
        yield tail, end
    statement = select(chunks.id).where(chunks.id * size < end).order_by(chunks.id.desc())
    if filters.since is not None:
        statement = statement.where(chunks.last >= filters.since)
    if filters.until is not None:
        statement = statement.where(chunks.first < filters.until)
    run: list[int] = []
    for number in _possible(connection, list(connection.scalars(statement)), filters, wanted):
        if run and (run[-1] != number + 1 or len(run) == TOGETHER):
            yield run[-1] * size, min(end, (run[0] + 1) * size)
            run = []
        run.append(number)
    if run:
        yield run[-1] * size, min(end, (run[0] + 1) * size)


def _possible(
    connection: Connection, numbers: list[int], filters: Filters, wanted: Wanted
) -> Iterator[int]:
    """Those that have all that is wanted, as far as their marks tell."""
    tests = _tests(filters, wanted)
    if not tests:
        yield from numbers
        return
    marks = tables.marks.c
    for start in range(0, len(numbers), 64):
        left = numbers[start : start + 64]
        for what, ids in tests:
            if not left:
                break
            packed = connection.execute(
                select(marks.chunk_id, marks.ids).where(
                    marks.what == int(what), marks.chunk_id.in_(left)
                )
            )
            having = {number for number, each in packed if has_any(each, ids)}
            left = [number for number in left if number in having]
        yield from left


def _tests(filters: Filters, wanted: Wanted) -> list[tuple[What, set[int]]]:
    tests = []
    names = wanted.names
    if names is not None:
        tests.append((What.NAMES, names))
    if wanted.shapes is not None:
        tests.append((What.SHAPES, wanted.shapes))
    if names is not None:
        types = None if filters.qtype is None else {filters.qtype}
        for what, others in (
            (What.NAMES_OF_CLIENTS, wanted.clients),
            (What.NAMES_OF_KINDS, wanted.kinds),
            (What.NAMES_OF_TYPES, types),
        ):
            if others is not None and len(names) * len(others) <= PAIRS:
                tests.append((what, {pair(name, other) for name in names for other in others}))
    return tests


def _told(connection: Connection, ids: list[int]) -> list[Query]:
    """Rows in words, in this order."""
    if not ids:
        return []
    row, kind = tables.queries.c, tables.kinds.c
    client, account = tables.clients.c, tables.accounts.c
    statement = (
        select(
            row.id, row.second, client.address, client.device, tables.names.c.name, row.qtype,
            row.rcode, kind.action, kind.verdict, account.outcome, kind.layer, kind.list,
            kind.text, kind.line, account.vendor, account.purpose, kind.breakage,
            func.coalesce(tables.upstreams.c.url, ""), row.micros, row["count"],
        )
        .select_from(tables.queries)
        .join(tables.clients, client.id == row.client_id)
        .join(tables.names, tables.names.c.id == row.name_id)
        .join(tables.kinds, kind.id == row.kind_id)
        .join(tables.accounts, account.id == kind.account_id)
        .outerjoin(tables.upstreams, tables.upstreams.c.id == row.upstream_id)
        .where(row.id.in_(ids))
        .order_by(row.id.desc())
    )  # fmt: skip
    return [Query(*tuple(each)) for each in connection.execute(statement)]
