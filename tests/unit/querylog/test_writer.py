"""Writing: rows and totals agree to the unit, whoever takes up the work; floods take only names."""

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select

from blocker.core.row import Row
from blocker.querylog import tables, writer
from blocker.querylog.marks import unpack
from blocker.querylog.writer import Writer
from tests.support.logrows import (
    BLOCKED,
    CACHED,
    DAY,
    MONDAY,
    SHADOW,
    UNCLASSIFIED,
    UPSTREAM,
    Stored,
    row,
)


def rows_of_two_days() -> list[Row]:
    kinds = (BLOCKED, CACHED, SHADOW, UNCLASSIFIED)
    return [
        row(
            f"n{number % 11}.example",
            kinds[number % 4],
            second=MONDAY + number * 97,
            client=f"192.0.2.{number % 3}",
            count=number % 5 + 1,
            upstream=UPSTREAM if number % 2 else "",
        )
        for number in range(1_500)
    ]


def totals(log: Stored, table: str, start: str) -> Counter[tuple[int, str, str, str, str]]:
    total, account = tables.metadata.tables[table].c, tables.accounts.c
    statement = (
        select(
            total[start], tables.clients.c.address, account.vendor, account.purpose,
            account.outcome, func.sum(total["count"]),
        )
        .join(tables.clients, tables.clients.c.id == total.client_id)
        .join(tables.accounts, account.id == total.account_id)
        .group_by(total[start], tables.clients.c.address, account.vendor,
                  account.purpose, account.outcome)
    )  # fmt: skip
    with log.connect() as connection:
        return Counter({tuple(key): int(count) for *key, count in connection.execute(statement)})


@pytest.mark.parametrize(
    "table, start, length",
    [("hourly", "hour", 3_600), ("daily", "day", DAY), ("daily_names", "day", DAY)],
)
def test_totals_are_what_was_written(tmp_path: Path, table: str, start: str, length: int) -> None:
    log, rows = Stored(tmp_path), rows_of_two_days()
    for at in range(0, len(rows), 400):
        log.write(rows[at : at + 400])
    expected: Counter[tuple[int, str, str, str, str]] = Counter()
    for each in rows:
        account = each.kind.account or ("", "", each.kind.outcome)
        expected[each.second // length * length, each.client, *account] += each.count
    assert totals(log, table, start) == expected


def test_a_row_is_stored_as_it_was_told(tmp_path: Path) -> None:
    log = Stored(tmp_path)
    told = row("a.example", BLOCKED, qtype=65, rcode=3, count=7, upstream=UPSTREAM, micros=1_500)
    log.write([told, row("b.example")])
    query, kind = tables.queries.c, tables.kinds.c
    statement = select(
        query.second, query.qtype, query.rcode, query["count"], query.micros,
        tables.upstreams.c.url,
        kind.text, kind.line,
    ).join(tables.kinds, kind.id == query.kind_id).outerjoin(
        tables.upstreams, tables.upstreams.c.id == query.upstream_id
    ).order_by(query.id)  # fmt: skip
    with log.connect() as connection:
        first, second = connection.execute(statement).all()
    assert tuple(first) == (MONDAY, 65, 3, 7, 1_500, UPSTREAM, "data.mistat.xiaomi.com", 12)
    assert second[5] is None


def test_first_and_last_seen(tmp_path: Path) -> None:
    log = Stored(tmp_path)
    log.write([row("a.example", BLOCKED, second=MONDAY + at) for at in (50, 20, 70)])
    log.write([row("a.example", BLOCKED, second=MONDAY + at) for at in (60, 30)])
    total = tables.daily_names.c
    with log.connect() as connection:
        seen = connection.execute(select(total["count"], total.first, total["last"])).one()
    assert tuple(seen) == (5, MONDAY + 20, MONDAY + 70)


def test_a_full_stretch_has_marks_however_it_was_filled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "CHUNK", 100)
    log, rows = Stored(tmp_path), rows_of_two_days()[:350]
    for at in range(0, len(rows), 70):
        log.write(rows[at : at + 70])
        log.writer = Writer()  # as after a start, or a failure
    chunk, mark, query = tables.chunks.c, tables.marks.c, tables.queries.c
    with log.connect() as connection:
        chunks = connection.execute(select(chunk.id, chunk.first, chunk["last"])).all()
        assert [number for number, *_ in chunks] == [0, 1, 2]
        for number, first, last in chunks:
            stored = connection.execute(
                select(query.name_id, query.second).where(query.id // 100 == number)
            ).all()
            packed = connection.scalars(
                select(mark.ids).where(mark.chunk_id == number, mark.what == 1)
            ).one()
            assert set(unpack(packed)) == {name for name, _ in stored}
            assert (first, last) == (min(s for _, s in stored), max(s for _, s in stored))
        assert connection.scalar(select(func.count()).select_from(tables.queries)) == 350


def test_a_flood_of_names_takes_names_and_no_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "NAMES_OF_A_DAY", 60)
    monkeypatch.setattr(writer, "NOBODYS_NAMES_OF_A_DAY", 40)
    log = Stored(tmp_path)
    log.write([row(f"n{number}.example") for number in range(50)])
    log.writer = Writer()  # a restart is no way around it
    log.write([row(f"m{number}.example") for number in range(50)])
    log.write([row(f"x{number}.example", BLOCKED) for number in range(50)])
    assert sum(totals(log, "daily", "day").values()) == 150
    assert sum(totals(log, "daily_names", "day").values()) == 60
    log.write([row("n1.example", second=MONDAY + DAY)])
    assert totals(log, "daily_names", "day")[MONDAY + DAY, "192.0.2.7", "", "", "allowed"] == 1
