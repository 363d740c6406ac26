"""The store: whole changes, by any thread, after any kill, and whatever becomes of its file."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from blocker.store import Edit, Key, Store, StoreError, database, read_settings
from blocker.store.history import CannotUndo
from tests.support.source import ROOT

A, B = Key("rule", "a.example"), Key("rule", "b.example")
BLOCK, ALLOW = {"action": "block"}, {"action": "allow"}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path)
    yield opened
    opened.close()


def present(store: Store) -> dict[str, object]:
    return {each.key.subject: each.value.get("action") for each in store.settings()}


def test_a_change_is_kept_with_who_when_before_and_after(store: Store) -> None:
    assert len(store.settings()) == 0
    store.apply(Edit("block two", {A: BLOCK, B: BLOCK}, "import"), "me", 1.0)
    made = store.apply(Edit("allow one", {A: ALLOW}), "you", 2.0)
    assert made is not None
    assert [each.kind for each in store.changes()] == ["change", "import"]
    assert (made.id, made.who, made.at, made.what) == (2, "you", 2.0, "allow one")
    assert (made.before, made.after) == ({A: BLOCK}, {A: ALLOW})
    assert present(store) == {"b.example": "block", "a.example": "allow"}  # the latest is last
    assert [each.id for each in store.changes()] == [2, 1]
    assert [each.id for each in store.changes(limit=1, before=2)] == [1]
    assert store.settings().last == 2


def test_what_is_so_already_is_no_change(store: Store) -> None:
    store.apply(Edit("block", {A: BLOCK}), "me", 1)
    assert store.apply(Edit("block", {A: BLOCK}), "me", 2) is None
    assert store.apply(Edit("away", {B: None}), "me", 2) is None
    made = store.apply(Edit("both", {A: BLOCK, B: BLOCK}), "me", 3)
    assert made is not None
    assert made.after == {B: BLOCK}
    assert len(store.changes()) == 2


def test_undo_goes_back_step_by_step(store: Store) -> None:
    for number, value in enumerate((BLOCK, ALLOW), 1):
        store.apply(Edit(f"step {number}", {A: value}), "me", number)
    undo = store.undo(None, "you", 3)
    assert undo is not None
    assert (undo.what, undo.kind, undo.undoes) == ("undo of 2: step 2", "undo", 2)
    assert present(store) == {"a.example": "block"}
    store.undo(None, "you", 4)
    assert present(store) == {}
    with pytest.raises(CannotUndo, match="nothing was changed"):
        store.undo(None, "you", 5)
    store.undo(4, "you", 6)  # and forward again
    assert present(store) == {"a.example": "block"}
    assert len(store.changes()) == 5


def test_a_refused_undo_changes_nothing(store: Store) -> None:
    store.apply(Edit("one", {A: BLOCK}), "me", 1)
    store.apply(Edit("two", {A: ALLOW}), "you", 2)
    with pytest.raises(CannotUndo, match=r"you has changed it again since; undo 2 first \(two\)"):
        store.undo(1, "me", 3)
    assert present(store) == {"a.example": "allow"}
    assert len(store.changes()) == 2


def test_what_has_ended_lapses_once(store: Store) -> None:
    short, long = Key("temporary", "a.example"), Key("pause")
    store.apply(Edit("for a while", {short: {**ALLOW, "until": 10.0}, A: BLOCK}), "me", 1)
    store.apply(Edit("pause", {long: {"until": 20.0}}), "me", 2)
    assert store.lapse(9.9) is None
    lapsed = store.lapse(10)
    assert lapsed is not None
    assert lapsed.kind == "lapse"
    assert lapsed.what.startswith("lapsed: allow a.example until ")
    assert {each.key for each in store.settings()} == {A, long}
    assert store.lapse(10) is None


def test_what_stands_in_the_file_is_handed_over(store: Store) -> None:
    store.apply(Edit("block", {A: BLOCK, B: BLOCK}), "me", 1)
    made = store.hand_over([A], "blocker.yaml", "me", 2)
    assert made is not None
    assert (made.kind, made.what) == ("written", "written to blocker.yaml")
    assert present(store) == {"b.example": "block"}


def test_what_is_changed_elsewhere_stands_in_the_trail_alone(store: Store) -> None:
    key = Key("list", "xiaomi")
    edit = Edit("lists edit xiaomi", {key: {"text": "b"}})
    made = store.note(edit, {key: {"text": "a"}}, "me", 1.0)
    assert store.changes() == [made]
    assert len(store.settings()) == 0
    store.withdraw(made)
    assert store.changes() == []
    assert len(store.settings()) == 0


def test_withdrawn_is_never_made(store: Store) -> None:
    store.apply(Edit("one", {A: BLOCK}), "me", 1)
    store.apply(Edit("two", {B: BLOCK}), "me", 2)
    made = store.apply(Edit("three", {A: ALLOW, B: None}), "me", 3)
    assert made is not None
    before = [(A, BLOCK, 1), (B, BLOCK, 2)]
    store.withdraw(made)
    assert [(each.key, each.value, each.change) for each in store.settings()] == before
    assert [each.id for each in store.changes()] == [2, 1]


def test_any_thread_may_ask(store: Store) -> None:
    def change(number: int) -> None:
        store.apply(Edit(str(number), {Key("rule", f"n{number}"): BLOCK}), "me", number)

    threads = [threading.Thread(target=change, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.settings()) == len(store.changes()) == 8


def test_two_processes_see_each_others_changes(store: Store, tmp_path: Path) -> None:
    other = Store(tmp_path)
    store.apply(Edit("mine", {A: BLOCK}), "me", 1)
    other.apply(Edit("yours", {B: BLOCK}), "you", 2)
    assert present(store) == present(other) == {"a.example": "block", "b.example": "block"}
    other.close()


def test_what_is_known_is_what_is_there(store: Store, tmp_path: Path) -> None:
    def there() -> list[str]:
        fresh = Store(tmp_path)
        try:
            return sorted(map(repr, fresh.settings()))
        finally:
            fresh.close()

    def known() -> list[str]:
        return sorted(map(repr, store.settings()))

    other = Store(tmp_path)
    lasting = {**ALLOW, "until": 9.0}
    steps: tuple[Callable[[], object], ...] = (
        lambda: store.apply(Edit("1", {A: BLOCK, B: lasting}), "me", 1.0),
        lambda: other.apply(Edit("2", {A: ALLOW, Key("pause"): {"until": 7.0}}), "you", 2.0),
        lambda: store.apply(Edit("3", {A: None}), "me", 3.0),
        lambda: store.undo(3, "me", 4.0),
        lambda: other.undo(None, "you", 5.0),
        lambda: store.lapse(8.0),
        lambda: store.withdraw(store.changes(1)[0]),
        lambda: store.hand_over([B], "f", "me", 9.0),
    )
    for step in steps:
        step()
        assert known() == there()
        assert store.settings().last == store.changes(1)[0].id
    other.close()


WRITER = """
import sys
from pathlib import Path
from blocker.store import Edit, Key, Store
store, number = Store(Path(sys.argv[1])), 0
while True:
    number += 1
    value = {"action": "block", "note": str(number)}
    keys = {Key("rule", f"{side}.example"): value for side in ("left", "right")}
    store.apply(Edit(f"change {number}", keys), "writer", number)
    print(number, flush=True)
"""


def test_a_kill_at_any_moment_loses_nothing_answered_and_halves_nothing(tmp_path: Path) -> None:
    answered = 0
    for round_ in range(4):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE
        ) as writer:
            assert writer.stdout is not None
            for _ in range(20 + 7 * round_):
                answered = int(writer.stdout.readline())
            os.kill(writer.pid, signal.SIGKILL)
        settings = read_settings(tmp_path)
        notes = {each.value["note"] for each in settings}
        assert len(settings) == 2
        assert len(notes) == 1, "half a change"
        assert int(notes.pop()) >= answered
        store = Store(tmp_path)
        newest = store.changes(1)[0]
        assert set(newest.after) == {each.key for each in settings}
        store.close()


@pytest.mark.parametrize("damage", ["garbage", "cut", "foreign", "row", "later"])
def test_a_damaged_file_is_set_aside_and_a_new_one_begun(
    tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store(tmp_path)
    for number in range(100):
        store.apply(Edit("block", {Key("rule", f"n{number}.example"): BLOCK}), "me", number)
    if damage in ("row", "later"):
        import sqlite3

        with sqlite3.connect(store.path) as database:
            if damage == "row":
                database.execute("UPDATE settings SET value = '{' WHERE key LIKE '%n7.%'")
            else:
                database.execute("PRAGMA user_version = 99")
        database.close()
    store.close()
    content = bytearray(store.path.read_bytes())
    if damage == "garbage":
        content[4096:] = random.Random(1).randbytes(len(content) - 4096)
    elif damage == "cut":
        del content[len(content) // 2 :]
    elif damage == "foreign":
        content[:] = b"this is a text that somebody saved under the wrong name\n" * 50
    store.path.write_bytes(content)

    assert len(read_settings(tmp_path)) == 0
    assert "changes.db is damaged" in caplog.text
    assert "the configuration holds" in caplog.text
    kept = list(tmp_path.glob("changes.db.damaged-*"))
    assert [path.read_bytes() for path in kept] == [bytes(content)]
    store.apply(Edit("block", {A: BLOCK}), "me", 1)
    assert present(store) == {"a.example": "block"}
    store.close()


def test_a_store_that_cannot_be_made_says_what_to_do(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "changes.db").mkdir()
    store = Store(tmp_path)
    with pytest.raises(StoreError, match=r"nothing has changed\. See that the disk has room"):
        store.apply(Edit("block", {A: BLOCK}), "me", 1)
    assert len(read_settings(tmp_path)) == 0
    assert "changes.db" in caplog.text


def test_on_a_disk_that_takes_nothing_what_is_there_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path)
    store.apply(Edit("block", {A: BLOCK}), "me", 1)
    store.close()

    def full(path: Path, schema: str) -> sqlite3.Connection:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(database, "open_database", full)
    assert [each.key for each in read_settings(tmp_path)] == [A]
    (tmp_path / "changes.db").write_bytes(b"no database " * 100)
    assert len(read_settings(tmp_path)) == 0
