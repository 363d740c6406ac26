"""status, as read."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from blocker.tokens import TokenStore
from tests.support.backend import Admin, play
from tests.unit.admin.metrics.test_exposition import COUNTED


async def status(admin: Admin) -> Any:
    token = TokenStore(admin.state).create(f"t{admin.generations.current.number}", "read")
    headers = {"Authorization": f"Bearer {token}"}
    response = await admin.client.get("/api/v1/status", headers=headers)
    assert response.status == 200
    return await response.json()


def test_what_runs_and_what_it_did(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        admin.hear(**COUNTED)
        told = await status(admin)
        assert told["ready"]
        assert told["generation"] == 1
        assert told["listening"] == ["0.0.0.0:53", "[::]:53"]
        assert told["rules"] == {"user": 0, "keep": 1, "curated": 2, "subscription": 0, "zone": 1}
        assert told["vendors"] == 1
        assert told["catalogue"].startswith("undated-")
        assert told["queries"] == {"blocked": 3, "cached": 1}
        assert told["cache"]["entries"] == 5
        assert told["upstreams"] == [
            {"url": "udp://192.0.2.53", "requests": 7, "errors": {"timeout": 2}}
        ]
        assert told["workers"][0]["pid"] == 1000
        assert told["workers"][0]["seconds_since_heard"] < 1
        assert told["paused_until"] is None
        assert told["query_log"] == {
            "written": 0, "waiting": 0, "dropped": {}, "bytes": 0, "oldest": None, "error": "",
            "damaged": [],
        }  # fmt: skip

    play(tmp_path, scenario)


def test_what_became_of_a_damaged_log_is_shown(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        log = admin.backend.querylog
        assert log is not None
        (admin.state / "querylog.db").write_bytes(b"no database" * 1_000)
        task = asyncio.create_task(log.run())
        async with asyncio.timeout(5):
            while not (damaged := (await admin.ask("GET", "status"))["query_log"]["damaged"]):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        task.cancel()
        await log.close()
        (aside,) = admin.state.glob("querylog.db.damaged-*")
        age = datetime.now(UTC) - datetime.fromisoformat(damaged[0].pop("since"))
        assert damaged == [{"file": str(aside), "bytes": 11_000}]
        assert 0 <= age.total_seconds() < 60

    play(tmp_path, scenario)


def test_a_pause_and_a_failed_reload_show(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        await admin.pause(60)
        admin.configure("unknown: 1\n")
        await admin.generations.reload_and_log()
        told = await status(admin)
        assert told["paused_until"] is not None
        assert "unknown" in told["reload_error"]

    play(tmp_path, scenario)


def test_what_was_changed_stands_beside_the_configuration(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        assert (await status(admin))["changed"] == {"count": 0, "settings": []}
        await admin.ask("POST", "vendors/xiaomi", {"state": "off"})
        await admin.ask("POST", "rules", {"action": "block", "name": "a.example", "for": "1h"})
        changed = (await status(admin))["changed"]
        assert changed["count"] == 2
        assert changed["settings"][0].startswith("block a.example until ")
        assert changed["settings"][1].startswith("vendor xiaomi off (tester, ")

    play(tmp_path, scenario)


def test_before_any_worker_has_told_anything(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        told = await status(admin)
        assert not told["ready"]
        assert told["workers"] == []
        assert told["cache"] is None

    play(tmp_path, scenario, tell=False)
