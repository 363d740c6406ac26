"""The log of a server: on as it comes, in the state folder; off when the configuration says so."""

from pathlib import Path

from blocker.admin.querylog import querylog_of
from tests.support.backend import Admin, first_plan, play
from tests.support.logrows import BLOCKED, row


def test_it_is_on_and_may_be_off(tmp_path: Path) -> None:
    log = querylog_of(first_plan(tmp_path))
    assert log is not None
    assert log.url.database == str(tmp_path / "state" / "querylog.db")
    assert querylog_of(first_plan(tmp_path, "query_log: off\n")) is None


def test_what_workers_tell_is_taken(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        log = admin.backend.querylog
        assert log is not None
        admin.tell_rows(row("a.example", BLOCKED))
        assert log.counts().waiting == 1
        await log.close()
        assert (log.counts().written, log.counts().waiting) == (1, 0)

    play(tmp_path, scenario)
