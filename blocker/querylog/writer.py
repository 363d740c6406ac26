"""Rows into the tables: a batch is one transaction, with its share of all totals.

Rule: what is known between batches can be read back from the tables; after a failure a new writer
reads it anew. Of totals by name there is a bound for each day, lower for names of no
vendor: a flood of names takes the names, not the counts.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import Connection, Table, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from blocker.core.row import Kind
from blocker.querylog import tables
from blocker.querylog.ids import Ids
from blocker.querylog.marks import Filling
from blocker.querylog.pages import tail_of
from blocker.querylog.privacy import Noted
from blocker.querylog.settings import DAY

HOUR: Final = 3_600
NAMES_OF_A_DAY: Final = 200_000
NOBODYS_NAMES_OF_A_DAY: Final = 20_000

_KIND: Final = [field.name for field in fields(Kind)]
_values: Final = attrgetter(*_KIND)
_SHAPE: Final = ("client_id", "kind_id", "qtype", "rcode", "upstream_id")


class Writer:
    """Of one database, as long as nothing fails; used by one thread."""

    def __init__(self) -> None:
        self._names = Ids(tables.names, ["name"])
        self._clients = Ids(tables.clients, ["address", "device"])
        self._upstreams = Ids(tables.upstreams, ["url"])
        self._accounts = Ids(tables.accounts, ["vendor", "purpose", "outcome"])
        self._kinds = Ids(tables.kinds, _KIND)
        self._shapes = Ids(tables.shapes, _SHAPE)
        self._next = 0
        self._filling: Filling | None = None
        self._day = -1
        self._day_has: set[tuple[int, int, int]] = set()  # client, account, name
        self._nobodys = 0

    def forget_names(self) -> None:
        """Some have been removed."""
        self._names.forget()

    def write(self, connection: Connection, noted: Sequence[Noted]) -> None:
        filling = self._filling or self._take_up(connection)
        names = self._names.of(connection, [(each.row.name,) for each in noted])
        clients = self._clients.of(connection, [(each.row.client, each.device) for each in noted])
        upstreams = self._upstreams.of(
            connection, [(each.row.upstream,) for each in noted if each.row.upstream]
        )
        kinds, accounts = self._sorts(connection, {each.row.kind for each in noted})
        rows: list[dict[str, Any]] = []
        totals: Counter[tuple[int, int, int]] = Counter()
        named: dict[tuple[int, int, int, int], list[int]] = {}
        for row, device in noted:
            client, name = clients[row.client, device], names[row.name,]
            kind, account = kinds[row.kind], accounts[row.kind]
            rows.append(
                {
                    "id": self._next, "second": row.second, "client_id": client, "name_id": name,
                    "qtype": row.qtype, "rcode": row.rcode, "kind_id": kind,
                    "upstream_id": upstreams[row.upstream,] if row.upstream else None,
                    "count": row.count, "micros": row.micros,
                }
            )  # fmt: skip
            self._next += 1
            totals[row.second // HOUR * HOUR, client, account] += row.count
            key = row.second // DAY * DAY, client, account, name
            seen = named.get(key)
            if seen is None:
                named[key] = [row.count, row.second, row.second]
            else:
                seen[0] += row.count
                seen[1], seen[2] = min(seen[1], row.second), max(seen[2], row.second)
        if not rows:
            return
        connection.execute(insert(tables.queries), rows)
        self._mark(connection, filling, rows)
        self._add_up(connection, totals)
        self._add_names(
            connection, named, {accounts[kind] for kind in accounts if not kind.account}
        )

    def _take_up(self, connection: Connection) -> Filling:
        """What the last stretch holds so far."""
        queries = tables.queries.c
        last = connection.scalar(select(func.max(queries.id))) or 0
        # A stretch that is complete has marks, and gets no rows when its own are gone.
        self._next = max(last + 1, tail_of(connection))
        filling = Filling(self._next // tables.CHUNK)
        rows = connection.execute(
            select(tables.queries).where(queries.id >= filling.number * tables.CHUNK)
        )
        self._add_marks(connection, filling, [dict(row._mapping) for row in rows])
        return filling

    def _sorts(
        self, connection: Connection, kinds: set[Kind]
    ) -> tuple[dict[Kind, int], dict[Kind, int]]:
        """Number and account of each kind."""
        whose = {kind: kind.account or ("", "", kind.outcome) for kind in kinds}
        numbers = self._accounts.of(connection, whose.values())
        accounts = {kind: numbers[account] for kind, account in whose.items()}
        known = self._kinds.of(
            connection,
            [_values(kind) for kind in kinds],
            lambda value: {"account_id": accounts[Kind(*value)]},
        )
        return {kind: known[_values(kind)] for kind in kinds}, accounts

    def _mark(self, connection: Connection, filling: Filling, rows: list[dict[str, Any]]) -> None:
        """Stretch by stretch, for a batch may complete one."""
        start = 0
        while start < len(rows):
            end = start + (filling.number + 1) * tables.CHUNK - rows[start]["id"]
            self._add_marks(connection, filling, rows[start:end])
            if end <= len(rows):
                _complete(connection, filling)
                filling = Filling(filling.number + 1)
            start = end
        self._filling = filling

    def _add_marks(
        self, connection: Connection, filling: Filling, rows: list[dict[str, Any]]
    ) -> None:
        shapes = [
            (row["client_id"], row["kind_id"], row["qtype"], row["rcode"], row["upstream_id"] or 0)
            for row in rows
        ]
        known = self._shapes.of(connection, shapes)
        for row, shape in zip(rows, shapes, strict=True):
            filling.add(
                row["second"], row["name_id"], row["client_id"], row["kind_id"], row["qtype"],
                known[shape],
            )  # fmt: skip

    def _add_up(self, connection: Connection, totals: Counter[tuple[int, int, int]]) -> None:
        days: Counter[tuple[int, int, int]] = Counter()
        for (hour, client, account), count in totals.items():
            days[hour // DAY * DAY, client, account] += count
        for table, start, counts in ((tables.hourly, "hour", totals), (tables.daily, "day", days)):
            statement = _upsert(connection, table, [start, "client_id", "account_id"])
            values = [
                {start: at, "client_id": client, "account_id": account, "count": count}
                for (at, client, account), count in sorted(counts.items())
            ]
            connection.execute(statement, values)

    def _add_names(
        self,
        connection: Connection,
        named: dict[tuple[int, int, int, int], list[int]],
        nobodys: set[int],
    ) -> None:
        values = []
        for (day, client, account, name), (count, first, last) in sorted(named.items()):
            if self._has_room(connection, day, (client, account, name), account in nobodys):
                values.append(
                    {
                        "day": day, "client_id": client, "account_id": account, "name_id": name,
                        "count": count, "first": first, "last": last,
                    }
                )  # fmt: skip
        if values:
            key = ["day", "client_id", "account_id", "name_id"]
            connection.execute(_upsert(connection, tables.daily_names, key), values)

    def _has_room(
        self, connection: Connection, day: int, key: tuple[int, int, int], nobodys: bool
    ) -> bool:
        if day != self._day:
            self._begin_day(connection, day)
        if key in self._day_has:
            return True
        if len(self._day_has) >= NAMES_OF_A_DAY:
            return False
        if nobodys:
            if self._nobodys >= NOBODYS_NAMES_OF_A_DAY:
                return False
            self._nobodys += 1
        self._day_has.add(key)
        return True

    def _begin_day(self, connection: Connection, day: int) -> None:
        total, account = tables.daily_names.c, tables.accounts.c
        known = connection.execute(
            select(total.client_id, total.account_id, total.name_id, account.vendor)
            .join(tables.accounts, account.id == total.account_id)
            .where(total.day == day)
        ).all()
        self._day = day
        self._day_has = {(client, number, name) for client, number, name, _ in known}
        self._nobodys = sum(not vendor for *_, vendor in known)


def _complete(connection: Connection, filling: Filling) -> None:
    connection.execute(
        insert(tables.chunks), {"id": filling.number, "first": filling.first, "last": filling.last}
    )
    marks = [
        {"what": int(what), "chunk_id": filling.number, "ids": ids}
        for what, ids in filling.packed().items()
    ]
    connection.execute(insert(tables.marks), marks)


def _upsert(connection: Connection, table: Table, key: list[str]) -> Any:
    """Add to the row of this key, or begin it."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    new = statement.excluded
    least = func.least if connection.dialect.name == "postgresql" else func.min
    most = func.greatest if connection.dialect.name == "postgresql" else func.max
    more: dict[str, Any] = {"count": table.c["count"] + new["count"]}
    if "first" in table.c:
        more["first"] = least(table.c.first, new.first)
        more["last"] = most(table.c.last, new["last"])
    return statement.on_conflict_do_update(index_elements=key, set_=more)
