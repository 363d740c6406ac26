"""subscriptions, as called: shown, refreshed and accepted by name, and never anything else."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from blocker.tokens import TokenStore
from tests.support.backend import Admin, play
from tests.support.downloading import lines
from tests.support.webserver import WebServer, answer, slow, status


def configured(web: WebServer, folder: Path) -> str:
    (folder / "own.txt").write_text("own.example\n")
    return (
        "subscriptions:\n"
        f"- {{name: one, source: '{web.url('/one')}', format: domains}}\n"
        f"- {{name: own, source: '{folder}/own.txt', action: allow}}\n"
    )


async def shown(admin: Admin) -> dict[str, Any]:
    told = await admin.ask("GET", "subscriptions")
    return {each["name"]: each for each in told["subscriptions"]}


async def until(admin: Admin, state: str, names: int | None = None) -> dict[str, Any]:
    async with asyncio.timeout(10):
        while True:
            told: dict[str, Any] = (await shown(admin))["one"]
            if told["state"] == state and (names is None or told["names"] == names):
                return told
            await asyncio.sleep(0.02)


def test_from_nothing_to_names_in_force(tmp_path: Path) -> None:
    with WebServer(https=False) as web:
        web.on("/one", slow(lines(100), 0.3))

        async def scenario(admin: Admin) -> None:
            before = await shown(admin)
            assert before["one"]["state"] == "missing"
            assert before["one"]["names"] is None
            assert (before["own"]["state"], before["own"]["names"]) == ("file", 1)
            async with asyncio.TaskGroup() as tasks:
                running = tasks.create_task(admin.backend.refresher.run())
                loading = await until(admin, "loading")
                assert loading["progress"]["octets"] in range(2000)
                told = await until(admin, "current", names=100)
                running.cancel()
            assert (told["lines"], told["bytes"]) == (100, len(lines(100)))
            assert (told["error"], told["alarm"], told["progress"]) == ("", "", None)
            assert told["age"] in range(5)
            assert datetime.fromisoformat(told["next_check"]) > datetime.now(UTC)

        play(tmp_path, scenario, extra=configured(web, tmp_path))


def test_refresh_and_accept(tmp_path: Path) -> None:
    with WebServer(https=False) as web:
        web.on("/one", answer(lines(100)), status(404), answer(lines(9)))

        async def scenario(admin: Admin) -> None:
            async with asyncio.TaskGroup() as tasks:
                running = tasks.create_task(admin.backend.refresher.run())
                await until(admin, "current")
                told = await admin.ask("POST", "subscriptions/one/refresh")
                assert told["state"] in ("waiting", "loading")
                assert (await until(admin, "failing"))["error"].startswith("the server answers 404")
                refused = await admin.ask("POST", "subscriptions/one/accept", status=409)
                assert "nothing is held back" in refused["detail"]
                await admin.ask("POST", "subscriptions/one/refresh")
                held = await until(admin, "held")
                assert held["alarm"].startswith("shrank from 100 lines to 9;")
                assert held["lines"] == 100
                told = await admin.ask("POST", "subscriptions/one/accept")
                assert (told["state"], told["lines"]) == ("current", 9)
                refused = await admin.ask("POST", "subscriptions/own/refresh", status=409)
                assert "own is the file" in refused["detail"]
                running.cancel()

        play(tmp_path, scenario, extra=configured(web, tmp_path))


@pytest.mark.parametrize(
    "name",
    ["other", "..", "../one", "../../etc/passwd", "/etc/passwd", "one/../own", "file:///etc/passwd",
     "http://127.0.0.1/", "one\0", "one.list", "%2e%2e%2fgeneration", "."],
)  # fmt: skip
def test_no_request_names_a_file_or_a_url(tmp_path: Path, name: str) -> None:
    with WebServer(https=False) as web:
        web.on("/one", answer(lines(3)))

        async def scenario(admin: Admin) -> None:
            before = sorted(path.name for path in admin.state.rglob("*"))
            token = TokenStore(admin.state).create("tester", "admin")
            headers = {"Authorization": f"Bearer {token}"}
            for verb in ("refresh", "accept"):
                for written in (quote(name, safe=""), quote(quote(name, safe=""), safe="")):
                    path = f"/api/v1/subscriptions/{written}/{verb}"
                    async with admin.client.post(path, json={}, headers=headers) as response:
                        assert response.status in (404, 405, 422)
                    for body in ({"source": "/etc/passwd"}, {"url": web.url("/one")}):
                        path = f"/api/v1/subscriptions/one/{verb}"
                        async with admin.client.post(path, json=body, headers=headers) as response:
                            assert response.status == 422
            after = sorted(path.name for path in admin.state.rglob("*"))
            assert set(after) - set(before) <= {"tokens.json", "tokens", "tokens.lock"}

        play(tmp_path, scenario, extra=configured(web, tmp_path))
        assert not web.log


def test_a_token_that_may_only_read(tmp_path: Path) -> None:
    with WebServer(https=False) as web:

        async def scenario(admin: Admin) -> None:
            token = TokenStore(admin.state).create("reader", "read")
            headers = {"Authorization": f"Bearer {token}"}
            for verb in ("refresh", "accept"):
                path = f"/api/v1/subscriptions/one/{verb}"
                async with admin.client.post(path, json={}, headers=headers) as response:
                    assert response.status == 403
            async with admin.client.get("/api/v1/subscriptions", headers=headers) as response:
                assert response.status == 200

        play(tmp_path, scenario, extra=configured(web, tmp_path))
