"""clients, as called: who asks, what it is called, and the group it is put in."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from blocker.core.row import Kind, Row
from tests.support.backend import Admin, now, play

MAC = "02:00:5e:10:00:01"
BLOCKED = Kind("blocked", "block", "curated", vendor="xiaomi", purpose="analytics")
GROUPS = "groups: [{name: kids, clients: [192.0.2.99]}, {name: lab, clients: [192.0.2.8]}]\n"


def row(client: str, kind: Kind = BLOCKED) -> Row:
    return Row(int(now()), client, "data.mistat.xiaomi.com", 1, 0, kind, 1)


async def written(admin: Admin) -> "asyncio.Task[None]":
    """The query log is, as in a server that runs."""
    assert admin.backend.querylog
    task = asyncio.create_task(admin.backend.querylog.run())
    until = time.monotonic() + 20
    while admin.backend.querylog.counts().waiting or not admin.backend.querylog.counts().written:
        assert time.monotonic() < until
        await asyncio.sleep(0.02)
    return task


def test_one_phone_over_two_families(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        admin.backend.devices.know({"192.0.2.7": MAC, "2001:db8::7": MAC})
        admin.tell_rows(row("192.0.2.9"), row("192.0.2.7"), row("2001:db8::7"))
        task = await written(admin)
        told: dict[str, Any] = await admin.ask("GET", "clients")
        phone, other = told["devices"]
        assert phone["addresses"] == ["192.0.2.7", "2001:db8::7"]
        assert (phone["key"], phone["mac"], phone["randomised"]) == (f"mac:{MAC}", MAC, True)
        assert (phone["blocked"], phone["allowed"], phone["would_block"]) == (2, 0, 0)
        assert phone["vendors"] == [
            {"vendor": "xiaomi", "blocked": 2, "allowed": 0, "would_block": 0}
        ]
        assert (other["key"], other["group"]) == ("ip:192.0.2.9", "default")
        first = await admin.ask("GET", "clients?limit=1")
        assert first == {"devices": [phone], "skip": 1}
        assert await admin.ask("GET", "clients?skip=1") == {"devices": [other], "skip": None}
        assert (await admin.ask("GET", "clients?search=DB8"))["devices"] == [phone]
        assert await admin.ask("GET", "clients/2001:db8::7") == phone
        await admin.ask("GET", "clients/192.0.2.200", status=404)
        task.cancel()
        await admin.backend.querylog.close()  # type: ignore[union-attr]

    play(tmp_path, scenario, extra=GROUPS)


def test_name_and_group(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        admin.backend.devices.know({"192.0.2.7": MAC})
        admin.tell_rows(row("192.0.2.7"))
        said = {"name": "<b>Anna</b>'s phone", "group": "kids"}
        told = await admin.ask("POST", "clients/192.0.2.7", said)
        assert told["what"].endswith(f"put mac:{MAC} in the group kids")
        phone = await admin.ask("GET", f"clients/mac:{MAC}")
        assert phone["blocked"] is None, "the log is not written yet"
        assert (phone["name"], phone["group"]) == ("<b>Anna</b>'s phone", "kids")
        kids = admin.generations.current.groups[1]
        assert kids["clients"] == ["192.0.2.99", MAC], "as workers are told"
        group = await admin.ask("GET", "groups/kids")
        assert group["devices"] == [f"mac:{MAC}"]
        assert group["clients"][1] == {
            "client": MAC, "name": "<b>Anna</b>'s phone", "changed": True,
        }  # fmt: skip
        live = admin.backend.querylog
        assert live
        task = await written(admin)
        (query,) = (await admin.ask("GET", "queries"))["queries"]
        assert (query["device"], query["device_name"]) == (f"mac:{MAC}", "<b>Anna</b>'s phone")
        (account,) = (await admin.ask("GET", "report"))["accounts"]
        assert account["device_name"] == "<b>Anna</b>'s phone"
        task.cancel()
        await live.close()
        await admin.ask("DELETE", f"clients/mac:{MAC}?what=name")
        assert admin.generations.settings.device_names == {}
        await admin.ask("DELETE", f"clients/mac:{MAC}?what=group")
        assert admin.generations.current.groups[1]["clients"] == ["192.0.2.99"]

    play(tmp_path, scenario, extra=GROUPS)


@pytest.mark.parametrize(
    "setting, known",
    [
        ("clients: full", [True, True]),
        ("clients: truncated", [False, False]),
        ("clients: hashed", [False, False]),
        ("clients: none", [False, False]),
        ("ignore: {clients: [192.0.2.8/32]}", [True, False]),
    ],
)
def test_what_privacy_hides_is_not_known_rather_than_zero(
    tmp_path: Path, setting: str, known: list[bool]
) -> None:
    async def scenario(admin: Admin) -> None:
        admin.tell_rows(row("192.0.2.7"), row("192.0.2.8"))
        task = await written(admin)
        devices = (await admin.ask("GET", "clients"))["devices"]
        devices.sort(key=lambda each: each["key"])
        counts = [(1, 0, 0) if each else (None, None, None) for each in known]
        assert [
            (each["blocked"], each["allowed"], each["would_block"]) for each in devices
        ] == counts
        assert [bool(each["vendors"]) for each in devices] == known
        task.cancel()
        await admin.backend.querylog.close()  # type: ignore[union-attr]

    play(tmp_path, scenario, extra=f"query_log: {{{setting}}}\n")


def test_what_would_do_nothing_is_refused(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        admin.backend.devices.know({"192.0.2.8": MAC})
        admin.tell_rows(row("192.0.2.8"))
        told = await admin.ask("POST", f"clients/mac:{MAC}", {"group": "kids"}, status=409)
        assert "the group lab names 192.0.2.8" in told["detail"]
        told = await admin.ask("POST", "clients/192.0.2.8", {"group": "kid"}, status=404)
        assert "did you mean kids" in told["detail"]
        await admin.ask("POST", "clients/phone", {"name": "x"}, status=422)

    play(tmp_path, scenario, extra=f"query_log: off\n{GROUPS}")
