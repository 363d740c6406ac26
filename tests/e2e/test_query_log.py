"""The query log of a running server: what was asked is there after a stop, a kill, a full disk."""

import os
import resource
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.support.blocker import Blocker, blocker


def stored(state: Path, like: str) -> int:
    """How often names like this one were asked, as the file tells."""
    with (
        suppress(sqlite3.OperationalError),
        closing(sqlite3.connect(f"file:{state}/querylog.db?mode=ro", uri=True)) as database,
    ):
        statement = (
            "SELECT coalesce(sum(q.count), 0) FROM queries q JOIN names n ON n.id = q.name_id "
            "WHERE n.name LIKE ?"
        )
        return int(database.execute(statement, (like,)).fetchone()[0])
    return 0  # nothing was written yet


def ask_many(server: Blocker, prefix: str, number: int) -> None:
    for each in range(number):
        assert server.address(f"{prefix}{each}.data.mistat.xiaomi.com") == "0.0.0.0"


def shown(server: Blocker) -> Any:
    return server.http("GET", "/api/v1/status", token=server.token()).json["query_log"]


def until(what: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_clean_stop_loses_nothing(tmp_path: Path) -> None:
    with blocker(tmp_path, workers=2) as server:
        server.wait_until_ready()
        ask_many(server, "clean", 200)
        server.stop()
        assert not list(server.state.glob("querylog.db-*"))
        assert stored(server.state, "clean%") == 200


@pytest.mark.quiet
def test_a_killed_admin_loses_two_seconds_at_most(tmp_path: Path) -> None:
    with blocker(tmp_path) as server:
        server.wait_until_ready()
        ask_many(server, "before", 100)
        until(lambda: stored(server.state, "before%") == 100, seconds=2)
        admin = server.children()["admin"]
        os.kill(admin, signal.SIGKILL)
        server.successor("admin", admin)
        server.wait_until_ready()
        ask_many(server, "after", 20)
        until(lambda: stored(server.state, "after%") == 20)
        assert stored(server.state, "before%") == 100


def test_a_full_disk_costs_rows_and_no_answer(tmp_path: Path) -> None:
    with blocker(tmp_path) as server:
        server.wait_until_ready()
        ask_many(server, "room", 5)
        until(lambda: stored(server.state, "room%") == 5)
        admin = server.children()["admin"]
        # No file of admin's may grow: what a full disk says, it hears too.
        limits = resource.prlimit(admin, resource.RLIMIT_FSIZE, (4_096, resource.RLIM_INFINITY))
        ask_many(server, "full", 50)
        until(lambda: bool(shown(server)["error"]))
        ask_many(server, "still", 10)
        assert shown(server)["waiting"] > 0
        resource.prlimit(admin, resource.RLIMIT_FSIZE, limits)
        until(lambda: stored(server.state, "full%") + stored(server.state, "still%") == 60)
        until(lambda: not shown(server)["error"])


def test_a_damaged_file_is_set_aside_while_it_runs(tmp_path: Path) -> None:
    with blocker(tmp_path) as server:
        server.wait_until_ready()
        ask_many(server, "old", 100)
        until(lambda: stored(server.state, "old%") == 100)
        server.stop()
        path = server.state / "querylog.db"
        path.write_bytes(b"not a database " * (path.stat().st_size // 15))
        server.start()
        server.wait_until_ready()
        ask_many(server, "new", 10)
        # From here on the old file is away, and for a moment there is none.
        until(lambda: "a new query log is begun" in server.log.read_text())
        until(path.exists)
        until(lambda: path.read_bytes()[:6] == b"SQLite" and stored(server.state, "new%") == 10)
        (aside,) = server.state.glob("querylog.db.damaged-*")
        assert [each["file"] for each in shown(server)["damaged"]] == [str(aside)]


def test_off_leaves_no_file(tmp_path: Path) -> None:
    with blocker(tmp_path, extra="query_log: off\n") as server:
        server.wait_until_ready()
        ask_many(server, "none", 5)
        assert shown(server) is None
        server.stop()
        assert not (server.state / "querylog.db").exists()
