"""The file: for its owner alone, durable, and checked before it is trusted."""

import os
import sqlite3
import stat
from pathlib import Path

import pytest

from blocker.store.opening import VERSION, Damaged, open_database, set_aside
from blocker.store.rows import SCHEMA


def test_it_is_for_its_owner_alone(tmp_path: Path) -> None:
    mask = os.umask(0)
    try:
        database = open_database(tmp_path / "new" / "it.db", SCHEMA)
    finally:
        os.umask(mask)
    for path in (tmp_path / "new").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    database.close()


def test_what_is_answered_is_on_disk(tmp_path: Path) -> None:
    database = open_database(tmp_path / "it.db", SCHEMA)
    assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert database.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
    assert database.execute("PRAGMA user_version").fetchone() == (VERSION,)
    database.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_what_root_makes_belongs_to_the_owner_of_the_folder(tmp_path: Path) -> None:
    os.chown(tmp_path, 65_534, 65_534)
    database = open_database(tmp_path / "it.db", SCHEMA)
    assert {path.stat().st_uid for path in tmp_path.iterdir()} == {65_534}
    database.close()


def test_another_release_is_not_guessed_at(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "it.db") as database:
        database.execute("PRAGMA user_version = 7")
    database.close()
    with pytest.raises(Damaged, match="its version is 7; this program knows 1"):
        open_database(tmp_path / "it.db", SCHEMA)


def test_set_aside_is_with_all_that_belongs_to_it(tmp_path: Path) -> None:
    for name in ("it.db", "it.db-wal", "it.db-shm", "other"):
        (tmp_path / name).touch()
    set_aside(tmp_path / "it.db", "broken")
    left = sorted(path.name for path in tmp_path.iterdir())
    assert [name[:14] for name in left] == ["it.db.damaged-"] * 3 + ["other"]
    assert [name[-4:] for name in left[1:3]] == ["-shm", "-wal"]
