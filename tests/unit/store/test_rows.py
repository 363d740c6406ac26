"""Rows in and out, in a transaction of the caller's."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from blocker.store import Edit, Key
from blocker.store.opening import Damaged
from blocker.store.rows import SCHEMA, read_all, read_changes, record, withdraw

A = Key("vendor", "xiaomi", "ünits")


@pytest.fixture
def database() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as opened:
        opened.executescript(SCHEMA)
        yield opened


def test_what_is_recorded_is_read(database: sqlite3.Connection) -> None:
    made = record(database, Edit("ü off", {A: {"state": "off"}}), "me", 1.5)
    assert made is not None
    assert read_changes(database) == [made]
    (setting,) = read_all(database)
    assert (setting.key, setting.value) == (A, {"state": "off"})
    assert (setting.change, setting.at, setting.who) == (1, 1.5, "me")


def test_a_transaction_that_fails_leaves_nothing(database: sqlite3.Connection) -> None:
    def fail() -> None:
        with database:
            record(database, Edit("off", {A: {"state": "off"}}), "me", 1)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert len(read_all(database)) == len(read_changes(database)) == 0


def test_withdrawing_gives_each_setting_back_to_its_maker(database: sqlite3.Connection) -> None:
    record(database, Edit("off", {A: {"state": "off"}}), "me", 1)
    made = record(database, Edit("on", {A: {"state": "on"}}), "me", 2)
    assert made is not None
    withdraw(database, made)
    (setting,) = read_all(database)
    assert (setting.value, setting.change) == ({"state": "off"}, 1)


@pytest.mark.parametrize("column", ["key", "value"])
def test_a_row_that_says_nothing_is_damage(database: sqlite3.Connection, column: str) -> None:
    record(database, Edit("off", {A: {"state": "off"}}), "me", 1)
    database.execute(f"UPDATE settings SET {column} = 'x'")
    with pytest.raises(Damaged, match="setting"):
        read_all(database)
    database.execute("UPDATE changes SET before = '[]'")
    with pytest.raises(Damaged, match="change"):
        read_changes(database)
