"""The yardstick of the log: its rows are those of the mixed workload, its filters find them."""

from collections import Counter
from pathlib import Path

import pytest

from blocker.querylog.filters import Filters
from blocker.querylog.opening import open_reader, url_of
from blocker.querylog.pages import page
from blocker.querylog.settings import STORE
from tests.benchmarks import log, logged

pytestmark = pytest.mark.alone

ROWS = 20_000


def test_rows_are_the_same_each_time_and_mixed_as_the_workload() -> None:
    rows = list(logged.rows(ROWS))
    assert rows == list(logged.rows(ROWS))
    actions = Counter(row.kind.action for row in rows)
    assert 0.23 < actions["blocked"] / ROWS < 0.27
    assert len({row.client for row in rows}) == len(logged.CLIENTS) + 1
    assert [row.second for row in rows] == sorted(row.second for row in rows)
    assert sum(row.name == logged.RARE_NAME for row in rows) == 4


def test_what_is_asked_for_is_there(tmp_path: Path) -> None:
    log.fill(tmp_path, ROWS)
    reader = open_reader(url_of(STORE, tmp_path))
    with reader.connect() as connection:
        found = {
            what: len(page(connection, Filters(**asked), budget=60).queries)
            for what, asked in log.FILTERS.items()
        }
    empty = {what for what, number in found.items() if not number}
    assert {"part of no name", "two that never meet"} <= empty
    assert found["a rare name"] == 4
    assert found["none"] == found["a vendor"] == 100
