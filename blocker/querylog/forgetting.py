"""Names that nothing refers to any more, forgotten; and when that was last done.

Rule: it takes a pass over everything that refers to names, so it is done seldom, and only when
something that did has gone. Both stand in the database: a restart changes nothing.
"""

from typing import Final

from sqlalchemy import Connection, delete, func, select

from blocker.querylog import tables
from blocker.querylog.about import note, noted
from blocker.querylog.marks import What, unpack
from blocker.querylog.pages import tail_of

_DONE: Final = "names_forgotten"  # the second of it
_LOOSE: Final = "names_loose"  # yes: something that referred to names has gone since


def loosen(connection: Connection) -> None:
    """Something that referred to names has gone."""
    if not is_loose(connection):
        note(connection, _LOOSE, "yes")


def is_loose(connection: Connection) -> bool:
    """Whether there may be names that nothing refers to."""
    return noted(connection, _LOOSE) != "no"


def is_due(connection: Connection, now: int, apart: int) -> bool:
    """Whether there may be such names, and they were last forgotten `apart` seconds ago."""
    # A clock that was set back since must not put it off.
    return is_loose(connection) and not 0 <= now - int(noted(connection, _DONE) or 0) < apart


def forget_names(connection: Connection, now: int) -> None:
    """Those that no row and no total refers to any more; who knows their numbers, forgets them."""
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
    note(connection, _LOOSE, "no")
    note(connection, _DONE, str(now))
