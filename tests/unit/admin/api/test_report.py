"""`report` over the API: the same figures as the accounts of the log."""

from pathlib import Path

from tests.support.backend import Admin, play
from tests.unit.admin.api.test_queries import ROWS, stored

WEEK = "since=2026-11-22T00:00:00Z&until=2026-11-24T00:00:00Z"


def test_a_time_in_which_nothing_can_have_been_asked_is_refused(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        for path in ("report", "stats/top", "stats/series"):
            told = await admin.ask("GET", f"{path}?since=2999-01-01T00:00:00Z", status=422)
            (fault,) = told["errors"]
            assert fault["where"] == "since"
            assert "yet to come" in fault["what"]
            asked = "since=2026-11-24T00:00:00Z&until=2026-11-23T23:00:00Z"
            told = await admin.ask("GET", f"{path}?{asked}", status=422)
            (fault,) = told["errors"]
            assert fault["where"] == "until"
            assert "not after `since`" in fault["what"]

    play(tmp_path, scenario)


def test_who_calls_whom(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        await stored(admin, ROWS)
        told = await admin.ask("GET", f"report?{WEEK}")
        assert told["total"]["attempts"] == 40
        sums = {each["vendor"]: each["attempts"] for each in told["vendors"]}
        assert sums == {"xiaomi": 20, "subscription": 20}
        part = "since=2026-11-23T00:00:10Z&until=2026-11-23T00:00:12Z"
        hour = await admin.ask("GET", f"report?{part}")
        assert hour["total"]["attempts"] == 40
        assert hour["since"] == "2026-11-23T00:00:00Z"
        assert hour["until"] == "2026-11-23T01:00:00Z"
        assert hour["total"]["first"] == "2026-11-23T00:00:00Z"
        nobody = await admin.ask("GET", f"report?{WEEK}&device=nobody")
        assert (nobody["total"]["attempts"], nobody["vendors"]) == (0, [])

    play(tmp_path, scenario)
