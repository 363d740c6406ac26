"""Settings and changes as rows: read, and written in a transaction of the caller's."""

import json
import sqlite3
from collections.abc import Mapping
from typing import Any, Final, cast

from blocker.store.opening import Damaged
from blocker.store.settings import Change, ChangeKind, Edit, Key, Setting, Settings, Value

SCHEMA: Final = """
CREATE TABLE changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at REAL NOT NULL,
    who TEXT NOT NULL,
    what TEXT NOT NULL,
    kind TEXT NOT NULL,
    undoes INTEGER REFERENCES changes,
    before TEXT NOT NULL,
    after TEXT NOT NULL
) STRICT;
CREATE TABLE settings (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    change INTEGER NOT NULL REFERENCES changes
) STRICT, WITHOUT ROWID;
"""


def read_all(database: sqlite3.Connection) -> Settings:
    rows = database.execute(
        "SELECT key, value, change, at, who FROM settings JOIN changes ON changes.id = change "
        "ORDER BY change, key"
    ).fetchall()
    try:
        found = tuple(
            Setting(Key.decode(key), json.loads(value), change, at, who)
            for key, value, change, at, who in rows
        )
    except (ValueError, TypeError) as error:
        raise Damaged(f"a setting cannot be read: {error}") from error
    (last,) = database.execute("SELECT coalesce(max(id), 0) FROM changes").fetchone()
    return Settings(found, last)


def read_changes(
    database: sqlite3.Connection, limit: int = -1, before: int | None = None
) -> list[Change]:
    """Newest first."""
    rows = database.execute(
        "SELECT id, at, who, what, kind, undoes, before, after FROM changes "
        "WHERE ? IS NULL OR id < ? ORDER BY id DESC LIMIT ?",
        (before, before, limit),
    ).fetchall()
    try:
        return [
            Change(number, at, who, what, kind, undoes, _decoded(was), _decoded(now))
            for number, at, who, what, kind, undoes, was, now in rows
        ]
    except (ValueError, TypeError, AttributeError) as error:
        raise Damaged(f"a change cannot be read: {error}") from error


def record(
    database: sqlite3.Connection,
    edit: Edit,
    who: str,
    at: float,
    kind: ChangeKind = "change",
    undoes: int | None = None,
) -> Change | None:
    """Settings and trail together; None when the edit changes nothing."""
    was = {key: _value(database, key) for key in edit.values}
    after = {key: value for key, value in edit.values.items() if value != was[key]}
    if not after:
        return None
    before = {key: was[key] for key in after}
    change = note(database, Edit(edit.what, after), before, who, at, kind, undoes)
    for key, value in after.items():
        _put(database, key, value, change.id)
    return change


def note(
    database: sqlite3.Connection,
    edit: Edit,
    before: Mapping[Key, Value | None],
    who: str,
    at: float,
    kind: ChangeKind,
    undoes: int | None = None,
) -> Change:
    """The trail alone."""
    number = database.execute(
        "INSERT INTO changes (at, who, what, kind, undoes, before, after) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (at, who, edit.what, kind, undoes, _encoded(before), _encoded(edit.values)),
    ).lastrowid
    return Change(cast(int, number), at, who, edit.what, kind, undoes, before, edit.values)


def withdraw(database: sqlite3.Connection, change: Change) -> None:
    """Every setting is again of the change that it was of before this one."""
    earlier = read_changes(database, before=change.id)
    settings = {} if change.kind == "edit" else change.before
    for key, value in settings.items():
        maker = next((each.id for each in earlier if key in each.after), 0)
        _put(database, key, value, maker)
    database.execute("DELETE FROM changes WHERE id = ?", (change.id,))


def _value(database: sqlite3.Connection, key: Key) -> Value | None:
    row = database.execute("SELECT value FROM settings WHERE key = ?", (key.encode(),)).fetchone()
    try:
        return cast(Value, json.loads(row[0])) if row else None
    except ValueError as error:
        raise Damaged(f"a setting cannot be read: {error}") from error


def _put(database: sqlite3.Connection, key: Key, value: Value | None, change: int) -> None:
    if value is None:
        database.execute("DELETE FROM settings WHERE key = ?", (key.encode(),))
    else:
        database.execute(
            "INSERT INTO settings (key, value, change) VALUES (?, ?, ?) "
            "ON CONFLICT (key) DO UPDATE SET value = excluded.value, change = excluded.change",
            (key.encode(), json.dumps(value, ensure_ascii=False), change),
        )


def _encoded(values: Mapping[Key, Value | None]) -> str:
    return json.dumps({key.encode(): value for key, value in values.items()}, ensure_ascii=False)


def _decoded(text: str) -> dict[Key, Any]:
    return {Key.decode(key): value for key, value in json.loads(text).items()}
