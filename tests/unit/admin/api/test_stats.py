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
        part = "since=2026-11-23T00:00:10Z&until=2026-11-23T00:00:12Z"
        for of, end in (("names", "24T00"), ("vendors", "23T01")):
            told = await admin.ask("GET", f"stats/top?of={of}&{part}")
            assert sum(each["count"] for each in told["top"]) >= 40
            assert told["since"] == "2026-11-23T00:00:00Z"
            assert told["until"] == f"2026-11-{end}:00:00Z"

    play(tmp_path, scenario)


def test_series(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        await stored(admin, ROWS)
        for step in ("hour", "day"):
            told = await admin.ask("GET", f"stats/series?step={step}&{WEEK}")
            assert told["series"] == [
                {"time": "2026-11-23T00:00:00Z", "blocked": 20, "allowed": 20, "would_block": 20}
            ]
            part = "since=2026-11-23T00:00:10Z&until=2026-11-23T00:00:12Z"
            span = await admin.ask("GET", f"stats/series?step={step}&{part}")
            assert span["series"] == told["series"]
            end = {"hour": "23T01", "day": "24T00"}[step]
            assert span["since"] == "2026-11-23T00:00:00Z"
            assert span["until"] == f"2026-11-{end}:00:00Z"
        told = await admin.ask("GET", f"stats/series?vendor=xiaomi&{WEEK}")
        assert told["series"][0]["allowed"] == 0

    play(tmp_path, scenario)
