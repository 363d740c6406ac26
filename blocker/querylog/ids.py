"""Numbers for what rows refer to: names, clients, kinds.

Rule: numbers are given here, ascending, and none is given twice. What was numbered in a transaction
that fails has to be forgotten with it.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

from sqlalchemy import Connection, Table, func, insert, select, tuple_

AT_ONCE: Final = 500  # values in one look

Value = tuple[Any, ...]


class Ids:
    """Of the rows of `table`, by the values of `columns`; the last used of them are remembered."""

    def __init__(self, table: Table, columns: Iterable[str], room: int = 20_000) -> None:
        self.table = table
        self._columns = list(columns)
        self._room = room
        self._known: dict[Value, int] = {}
        self._next = 0

    def of(
        self,
        connection: Connection,
        values: Iterable[Value],
        more: Callable[[Value], dict[str, Any]] = lambda _: {},
    ) -> dict[Value, int]:
        """A number for each; `more` gives what else stands in the row of a new one."""
        if len(self._known) > self._room:
            self._known.clear()
        known = self._known
        wanted = list(dict.fromkeys(values))
        missing = [value for value in wanted if value not in known]
        for start in range(0, len(missing), AT_ONCE):
            self._look_up(connection, missing[start : start + AT_ONCE])
        if new := [value for value in missing if value not in known]:
            self._add(connection, new, more)
        return {value: known[value] for value in wanted}

    def forget(self) -> None:
        self._known.clear()
        self._next = 0

    def _look_up(self, connection: Connection, values: list[Value]) -> None:
        columns = [self.table.c[name] for name in self._columns]
        if len(columns) == 1:
            matches = columns[0].in_([value for (value,) in values])
        else:
            matches = tuple_(*columns).in_(values)
        for number, *value in connection.execute(select(self.table.c.id, *columns).where(matches)):
            self._known[tuple(value)] = number

    def _add(
        self, connection: Connection, values: list[Value], more: Callable[[Value], dict[str, Any]]
    ) -> None:
        if not self._next:
            self._next = (connection.scalar(select(func.max(self.table.c.id))) or 0) + 1
        new = []
        for value in values:
            new.append(
                {"id": self._next, **dict(zip(self._columns, value, strict=True)), **more(value)}
            )
            self._known[value] = self._next
            self._next += 1
        connection.execute(insert(self.table), new)
