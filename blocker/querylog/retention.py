"""What is too old, or too much, leaves the log: rows first, totals by name next, counts last.

Rule: little at a time, for a write waits behind it. The size is what is in use; a file keeps the
room that was freed for what comes, and gives back what is above the limit.
"""

from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Table, delete, func, select, text

from blocker.querylog import tables
from blocker.querylog.marks import What, unpack
from blocker.querylog.pages import tail_of
from blocker.querylog.settings import DAY, LogSettings

STEP: Final = 8  # stretches of rows in one go
TOTALS_KEPT: Final = 400 * DAY  # by the hour, and by name; by the day they stay ten years
DAYS_KEPT: Final = 3_650 * DAY


def octets(connection: Connection) -> int:
    """In use: what a file has free is not counted."""
    if connection.dialect.name != "sqlite":
        sizes = [
            connection.scalar(
                text("SELECT pg_total_relation_size(to_regclass(:name))"), {"name": n}
            )
            for n in tables.metadata.tables
        ]
        return sum(size or 0 for size in sizes)
    return (_pragma(connection, "page_count") - _pragma(connection, "freelist_count")) * _pragma(
        connection, "page_size"
    )


def oldest(connection: Connection) -> int:
    """The second of the oldest row; 0: there is none."""
    queries = tables.queries.c
    return connection.scalar(select(queries.second).order_by(queries.id).limit(1)) or 0


def keep_within(connection: Connection, settings: LogSettings, now: int) -> bool:
    """Remove a step's worth; whether there is more to remove."""
    more = _drop_old(connection, now, settings.retention)
    if not more and octets(connection) > settings.size:
        more = _drop_most(connection)
    return more


def give_back(connection: Connection, settings: LogSettings) -> None:
    """Pages of a file that is larger than it may be; outside of a transaction that writes."""
    if connection.dialect.name == "sqlite":
        pages = _pragma(connection, "page_count") - settings.size // _pragma(
            connection, "page_size"
        )
        if pages > 0:
            # One page a step, and Python's driver makes one step where nothing is returned.
            for _ in range(min(pages, 10_000)):
                connection.exec_driver_sql("PRAGMA incremental_vacuum(1)")


def _drop_old(connection: Connection, now: int, retention: int) -> bool:
    horizon = now - retention
    chunks, queries = tables.chunks.c, tables.queries.c
    old = connection.scalars(
        select(chunks.id).where(chunks.last < horizon).order_by(chunks.id).limit(STEP)
    ).all()
    _drop_chunks(connection, list(old))
    first = connection.scalar(select(func.min(queries.id)))
    if first is not None:  # the stretch that lies across the horizon
        end = (first // tables.CHUNK + 1) * tables.CHUNK
        connection.execute(delete(tables.queries).where(queries.id < end, queries.second < horizon))
    for table, start, kept in (
        (tables.hourly, "hour", TOTALS_KEPT),
        (tables.daily_names, "day", TOTALS_KEPT),
        (tables.daily, "day", DAYS_KEPT),
    ):
        connection.execute(delete(table).where(table.c[start] < now - max(kept, retention)))
    return len(old) == STEP


def _drop_most(connection: Connection) -> bool:
    """The oldest rows; where there are none, the oldest totals."""
    chunks = tables.chunks.c
    if found := connection.scalars(select(chunks.id).order_by(chunks.id).limit(STEP)).all():
        _drop_chunks(connection, list(found))
        return True
    return any(
        _drop_first(connection, table, column)
        for table, column in (
            (tables.daily_names, tables.daily_names.c.day),
            (tables.hourly, tables.hourly.c.hour),
        )
    )


def _drop_first(connection: Connection, table: Table, column: ColumnElement[Any]) -> bool:
    first, last = connection.execute(select(func.min(column), func.max(column))).one()
    if first is None or first == last:
        return False
    connection.execute(delete(table).where(column == first))
    return True


def _drop_chunks(connection: Connection, numbers: list[int]) -> None:
    if numbers:
        end = (numbers[-1] + 1) * tables.CHUNK
        connection.execute(delete(tables.queries).where(tables.queries.c.id < end))
        connection.execute(delete(tables.marks).where(tables.marks.c.chunk_id <= numbers[-1]))
        connection.execute(delete(tables.chunks).where(tables.chunks.c.id <= numbers[-1]))


def forget_names(connection: Connection) -> None:
    """Those that no row and no total refers to any more."""
    queries, total = tables.queries.c, tables.daily_names.c
    recent = select(queries.name_id).where(queries.id >= tail_of(connection)).distinct()
    last = connection.scalar(select(func.max(tables.names.c.id))) or 0
    known = bytearray(last + 1)
    for used in (recent, select(total.name_id).distinct()):
        for number in connection.scalars(used):
            known[number] = 1
    marks = tables.marks.c
    for packed in connection.scalars(select(marks.ids).where(marks.what == int(What.NAMES))):
        for number in unpack(packed):
            known[number] = 1
    gone = [number for number in connection.scalars(select(tables.names.c.id)) if not known[number]]
    for start in range(0, len(gone), 500):
        connection.execute(
            delete(tables.names).where(tables.names.c.id.in_(gone[start : start + 500]))
        )


def _pragma(connection: Connection, name: str) -> int:
    return int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())
