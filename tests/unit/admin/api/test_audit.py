"""audit, undo, and what was written to the file, as called."""

from pathlib import Path
from typing import Any

from blocker.tokens import TokenStore
from tests.support.backend import Admin, play

BLOCK = {"action": "block", "name": "a.example"}


async def rules(admin: Admin) -> list[str]:
    return [rule["name"] for rule in (await admin.ask("GET", "rules"))["rules"]]


def test_who_changed_what_and_what_it_was_before(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        await admin.ask("POST", "rules", BLOCK)
        await admin.ask("POST", "vendors/xiaomi", {"state": "off", "group": "default"})
        second, first = (await admin.ask("GET", "audit"))["changes"]
        assert (first["id"], first["who"], first["what"]) == (1, "tester", "block a.example")
        assert second["settings"] == [
            {
                "kind": "vendor", "subject": "xiaomi", "group": "default", "client": None,
                "before": None, "after": {"state": "off"},
            },
        ]  # fmt: skip
        assert [each["id"] for each in (await admin.ask("GET", "audit?limit=1"))["changes"]] == [2]
        assert [each["id"] for each in (await admin.ask("GET", "audit?before=2"))["changes"]] == [1]
        await admin.ask("GET", "audit?limit=0", status=422)

    play(tmp_path, scenario)


def test_undo_is_in_force_at_once(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        await admin.ask("POST", "rules", BLOCK)
        told = await admin.ask("POST", "undo", {})
        assert told == {"change": 2, "what": "undo of 1: block a.example", "generation": 3}
        assert admin.generations.current.rules == []
        await admin.ask("POST", "undo", {"id": 2})
        assert await rules(admin) == ["a.example"]
        told = await admin.ask("POST", "undo", {"id": 9}, status=404)
        assert "no change 9" in told["detail"]

    play(tmp_path, scenario)


def test_what_stands_in_the_file_is_forgotten_but_not_what_came_later(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        await admin.ask("POST", "rules", BLOCK)
        await admin.ask("POST", "rules", {**BLOCK, "name": "b.example"})
        keys = [["rule", name, "", ""] for name in ("a.example", "b.example", "c.example")]
        body = {"file": "blocker.yaml", "change": 1, "keys": keys}
        assert (await admin.ask("POST", "written", body))["change"] == 3
        assert await rules(admin) == ["b.example"]
        told = await admin.ask("POST", "undo", {"id": 1}, status=409)
        assert "written to blocker.yaml; change it there" in told["detail"]

    play(tmp_path, scenario)


def test_what_took_scope_admin_takes_it_to_be_undone(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        headers = {
            "Authorization": f"Bearer {TokenStore(admin.state).create('phone', 'rules')}",
        }

        async def undo(body: Any) -> Any:
            url = "/api/v1/undo"
            async with admin.client.post(url, json=body, headers=headers) as response:
                return response.status, await response.json()

        device = "clients/mac:02:00:5e:10:00:01"
        await admin.ask("POST", "rules", BLOCK)
        steps: tuple[tuple[str, str, Any], ...] = (
            ("POST", device, {"name": "Anna's phone"}),
            ("POST", device, {"group": "default"}),
            ("DELETE", f"{device}?what=name", None),
            ("PUT", "settings", {"settings": [{"kind": "rule", **BLOCK}]}),
            ("PUT", "settings", {"settings": []}),
            ("POST", "undo", {}),  # of that import
        )
        for number, (method, path, body) in enumerate(steps, start=2):
            await admin.ask(method, path, body)
            status, told = await undo({"id": number})
            assert status == 403, number
            assert told["detail"].startswith(f"to take back change {number} (")
            assert (await undo({}))[0] == 403, number
        assert [each["id"] for each in (await admin.ask("GET", "audit?limit=1"))["changes"]] == [7]
        assert (await undo({"id": 1}))[0] == 200
        assert await rules(admin) == []

    play(tmp_path, scenario)
