"""What is too old, or too much, leaves the log: rows first, totals by name next, counts last.

Rule: little at a time, for a write waits behind it; and before more goes than has to, names that
nothing refers to any more. The size is what is in use; a file keeps the room that was freed for
what comes, and gives back what is above the limit. PostgreSQL does not give back, nor say what is
free: there what rows took when the tables were largest tells what those that are left take.
"""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Table, delete, func, select, text

from blocker.querylog import forgetting, tables
from blocker.querylog.about import note, noted
from blocker.querylog.settings import DAY, LogSettings

STEP: Final = 8  # stretches of rows in one go
TOTALS_KEPT: Final = 400 * DAY  # by the hour, and by name; by the day they stay ten years
DAYS_KEPT: Final = 3_650 * DAY
_LARGEST: Final = "largest"
MINUTE: Final = 60  # between two passes for loose names, while there is too much


def octets(connection: Connection) -> int:
    """In use: what a file has free is not counted."""
    if connection.dialect.name != "sqlite":
        size, (most, of_rows) = _tables_size(connection), _largest(connection)
        return min(size, most * _rows(connection) // of_rows) if of_rows else size
    return (_pragma(connection, "page_count") - _pragma(connection, "freelist_count")) * _pragma(
        connection, "page_size"
    )


def oldest(connection: Connection) -> int:
    """The second of the oldest row; 0: there is none."""
    queries = tables.queries.c
    return connection.scalar(select(queries.second).order_by(queries.id).limit(1)) or 0


@dataclass(frozen=True, slots=True)
class Kept:
    more: bool  # there is more to remove at once
    names_forgotten: bool = False


def keep_within(connection: Connection, settings: LogSettings, now: int) -> Kept:
    """Remove a step's worth."""
    if _drop_old(connection, now, settings.retention):
        return Kept(more=True)
    _note_largest(connection)
    at_once, apart = False, DAY
    if octets(connection) > settings.size:
        at_once = _drop_most(connection)
        if octets(connection) > settings.size:  # then it is not the rows alone
            apart = MINUTE
    if due := forgetting.is_due(connection, now, apart):
        forgetting.forget_names(connection, now)
    return Kept(more=at_once, names_forgotten=due)


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
        gone = delete(tables.queries).where(queries.id < end, queries.second < horizon)
        if connection.execute(gone).rowcount:
            forgetting.loosen(connection)
    for table, start, kept in (
        (tables.hourly, "hour", TOTALS_KEPT),
        (tables.daily_names, "day", TOTALS_KEPT),
        (tables.daily, "day", DAYS_KEPT),
    ):
        gone = delete(table).where(table.c[start] < now - max(kept, retention))
        if connection.execute(gone).rowcount and table is tables.daily_names:
            forgetting.loosen(connection)
    return len(old) == STEP


def _drop_most(connection: Connection) -> bool:
    """The oldest rows; where there are none, the oldest totals. Whether to go on at once.

    What goes leaves names loose; they are forgotten before more is dropped than one step a look.
    """
    chunks, names = tables.chunks.c, tables.daily_names
    if found := connection.scalars(select(chunks.id).order_by(chunks.id).limit(STEP)).all():
        _drop_chunks(connection, list(found))
    elif forgetting.is_loose(connection):
        pass  # totals stay until it is known that loose names are not what is too much
    elif _drop_first(connection, names, names.c.day):
        forgetting.loosen(connection)
    else:
        return _drop_first(connection, tables.hourly, tables.hourly.c.hour)
    return False


def _drop_first(connection: Connection, table: Table, column: ColumnElement[Any]) -> bool:
    first, last = connection.execute(select(func.min(column), func.max(column))).one()
    if first is None or first == last:
        return False
    connection.execute(delete(table).where(column == first))
    return True


def _drop_chunks(connection: Connection, numbers: list[int]) -> None:
    if numbers:
        forgetting.loosen(connection)
        end = (numbers[-1] + 1) * tables.CHUNK
        connection.execute(delete(tables.queries).where(tables.queries.c.id < end))
        connection.execute(delete(tables.marks).where(tables.marks.c.chunk_id <= numbers[-1]))
        connection.execute(delete(tables.chunks).where(tables.chunks.c.id <= numbers[-1]))


def _note_largest(connection: Connection) -> None:
    """When tables grow, there is no room in them that was freed."""
    if connection.dialect.name != "sqlite":
        size = _tables_size(connection)
        if size > _largest(connection)[0]:
            note(connection, _LARGEST, f"{size} {_rows(connection)}")


def _largest(connection: Connection) -> tuple[int, int]:
    """Octets of all tables, and how many rows there were then."""
    size, rows = noted(connection, _LARGEST).split() or (0, 0)
    return int(size), int(rows)


def _rows(connection: Connection) -> int:
    number = tables.queries.c.id
    first, last = connection.execute(select(func.min(number), func.max(number))).one()
    return 0 if first is None else int(last - first + 1)


def _tables_size(connection: Connection) -> int:
    statement = text("SELECT pg_total_relation_size(to_regclass(:name))")
    return sum(connection.scalar(statement, {"name": name}) or 0 for name in tables.metadata.tables)


def _pragma(connection: Connection, name: str) -> int:
    return int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())
