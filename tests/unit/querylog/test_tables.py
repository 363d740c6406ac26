"""The tables as both databases are told of them: rows have no index, totals no row number."""

from sqlalchemy import Dialect, create_engine, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from blocker.querylog import tables

DIALECT: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]


def test_sqlite_takes_them_and_a_row_has_no_index_beside_its_id() -> None:
    engine = create_engine("sqlite://")
    tables.metadata.create_all(engine)
    with engine.begin() as connection:
        rows = connection.execute(text("SELECT name, sql FROM sqlite_master")).all()
        said = {str(name): str(sql) for name, sql in rows}
        indexes = connection.execute(text("PRAGMA index_list(queries)")).all()
        connection.execute(
            tables.queries.insert(),
            {
                "id": 7, "second": 1, "client_id": 1, "name_id": 1, "qtype": 1, "rcode": 0,
                "kind_id": 1, "upstream_id": None, "count": 1, "micros": 0,
            },
        )  # fmt: skip
        assert connection.scalar(text("SELECT rowid FROM queries")) == 7
    engine.dispose()
    assert not indexes
    for total in ("hourly", "daily", "daily_names"):
        assert "WITHOUT ROWID" in said[total]


def test_postgresql_gets_numbers_wide_enough() -> None:
    told = str(CreateTable(tables.queries).compile(dialect=DIALECT))
    assert "id BIGINT NOT NULL" in told
    assert "SERIAL" not in told
