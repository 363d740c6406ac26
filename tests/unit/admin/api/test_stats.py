"""`stats/top` and `stats/series`: the totals of the log, as the API tells them."""

from pathlib import Path

from tests.support.backend import Admin, play
from tests.unit.admin.api.test_queries import ROWS, stored

WEEK = "since=2026-11-22T00:00:00Z&until=2026-11-24T00:00:00Z"


def test_tops(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        await stored(admin, ROWS)
        (client,) = (await admin.ask("GET", f"stats/top?of=clients&{WEEK}"))["top"]
        assert client == {
            "what": "ip:192.0.2.7", "count": 60, "blocked": 20, "allowed": 20, "would_block": 20,
        }  # fmt: skip
        vendors = (await admin.ask("GET", f"stats/top?of=vendors&{WEEK}"))["top"]
        assert {each["what"]: each["count"] for each in vendors} == {
            "xiaomi": 20,
            "subscription": 20,
        }
        names = (await admin.ask("GET", f"stats/top?outcome=blocked&limit=3&{WEEK}"))["top"]
        assert [each["count"] for each in names] == [2, 2, 2]
        assert (await admin.ask("GET", "stats/top?device=none"))["top"] == []

    play(tmp_path, scenario)


def test_series(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        await stored(admin, ROWS)
        for step in ("hour", "day"):
            told = await admin.ask("GET", f"stats/series?step={step}&{WEEK}")
            assert told["series"] == [
                {"time": "2026-11-23T00:00:00Z", "blocked": 20, "allowed": 20, "would_block": 20}
            ]
        told = await admin.ask("GET", f"stats/series?vendor=xiaomi&{WEEK}")
        assert told["series"][0]["allowed"] == 0

    play(tmp_path, scenario)
