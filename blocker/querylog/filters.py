"""What a look into the log asks for, and the numbers of what matches it.

Rule: words are looked up where each stands once, in the small tables; rows are asked for numbers
only. A filter that nothing matches finds nothing without reading a row.
"""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Connection, Select, Table, and_, func, select

from blocker.querylog import tables

MANY: Final = 500  # numbers that a statement is given; beyond it, the words are asked for again


@dataclass(frozen=True, slots=True)
class Filters:
    """Empty: anything. A `name` that ends in * or begins with it is part of one."""

    since: int | None = None  # second
    until: int | None = None  # the second after
    client: str = ""  # address
    device: str = ""  # key
    name: str = ""
    qtype: int | None = None
    action: str = ""
    verdict: str = ""
    outcome: str = ""
    vendor: str = ""
    purpose: str = ""
    list: str = ""
    rule: str = ""
    layer: str = ""
    rcode: int | None = None
    upstream: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The numbers that match; None: any do."""

    clients: set[int] | None
    kinds: set[int] | None
    names: set[int] | None
    upstreams: set[int] | None
    shapes: set[int] | None

    @property
    def nothing(self) -> bool:
        return any(
            each is not None and not each
            for each in (self.clients, self.kinds, self.names, self.upstreams, self.shapes)
        )


def resolve(connection: Connection, filters: Filters) -> Wanted:
    clients = _clients(connection, filters)
    kinds = _kinds(connection, filters)
    upstreams = _numbers(connection, tables.upstreams, {"url": filters.upstream})
    names = None
    if filters.name:
        names = set(connection.scalars(select(tables.names.c.id).where(name_matches(filters.name))))
    wanted = Wanted(clients, kinds, names, upstreams, None)
    if wanted.nothing or not (
        clients is not None or kinds is not None or upstreams is not None
        or filters.qtype is not None or filters.rcode is not None
    ):  # fmt: skip
        return wanted
    shape = select(tables.shapes.c.id).where(*row_matches(tables.shapes, filters, wanted))
    return Wanted(clients, kinds, names, upstreams, set(connection.scalars(shape)))


def row_matches(table: Table, filters: Filters, wanted: Wanted) -> list[ColumnElement[bool]]:
    """Conditions on a row, or on a shape, by numbers."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.clients is not None:
        conditions.append(_among(table.c.client_id, wanted.clients, _client_words(filters)))
    if wanted.kinds is not None:
        conditions.append(_among(table.c.kind_id, wanted.kinds, _kind_words(filters)))
    if wanted.upstreams is not None:
        conditions.append(table.c.upstream_id.in_(sorted(wanted.upstreams)))
    if filters.qtype is not None:
        conditions.append(table.c.qtype == filters.qtype)
    if filters.rcode is not None:
        conditions.append(table.c.rcode == filters.rcode)
    return conditions


def name_matches(written: str) -> ColumnElement[bool]:
    """`example.org` itself, `*.example.org` what is below it, `*track*` what has it inside."""
    name, column = written.lower().rstrip("."), tables.names.c.name
    inside = name.strip("*")
    if name.startswith("*") and name.endswith("*"):
        return _has(column, inside)
    if name.startswith("*"):
        return func.substr(column, func.length(column) - len(inside) + 1) == inside
    if name.endswith("*"):
        return and_(column >= inside, column < inside + "\U0010ffff")
    return column == name


def _has(column: Column[str], inside: str) -> ColumnElement[bool]:
    return column.contains(inside, autoescape=True)


def _clients(connection: Connection, filters: Filters) -> set[int] | None:
    if not (filters.client or filters.device):
        return None
    return set(connection.scalars(_client_words(filters)))


def _client_words(filters: Filters) -> Select[Any]:
    table = tables.clients.c
    given = [(table.address, filters.client), (table.device, filters.device)]
    return select(table.id).where(*[column == value for column, value in given if value])


def _kinds(connection: Connection, filters: Filters) -> set[int] | None:
    statement = _kind_words(filters)
    return None if statement.whereclause is None else set(connection.scalars(statement))


def _kind_words(filters: Filters) -> Select[Any]:
    kind, account = tables.kinds.c, tables.accounts.c
    wanted = {
        kind.action: filters.action,
        kind.verdict: filters.verdict,
        kind.list: filters.list,
        kind.text: filters.rule,
        kind.layer: filters.layer,
    }
    conditions: list[ColumnElement[bool]] = [
        column == value for column, value in wanted.items() if value
    ]
    accounts = {
        account.vendor: filters.vendor,
        account.purpose: filters.purpose,
        account.outcome: filters.outcome,
    }
    if whose := [column == value for column, value in accounts.items() if value]:
        conditions.append(kind.account_id.in_(select(account.id).where(*whose)))
    statement = select(kind.id)
    return statement.where(*conditions) if conditions else statement


def _numbers(connection: Connection, table: Table, wanted: dict[str, str]) -> set[int] | None:
    conditions = [table.c[column] == value for column, value in wanted.items() if value]
    if not conditions:
        return None
    return set(connection.scalars(select(table.c.id).where(*conditions)))


def _among(column: Column[Any], numbers: set[int], words: Select[Any]) -> ColumnElement[bool]:
    return column.in_(sorted(numbers)) if len(numbers) <= MANY else column.in_(words)
