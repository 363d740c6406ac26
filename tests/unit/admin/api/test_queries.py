"""`queries` and `queries/live`: filters, cursors, and what is told when the log cannot be read."""

import asyncio
import json
from pathlib import Path
from typing import Any, get_args

from blocker.core.row import Action, Kind, Row
from blocker.core.rule import PURPOSES
from blocker.tokens import TokenStore
from tests.support.backend import Admin, play
from tests.support.logrows import BLOCKED, CACHED, MONDAY, SHADOW, UNCLASSIFIED, UPSTREAM, row

ROWS = [
    row(f"n{number}.example", (BLOCKED, CACHED, SHADOW)[number % 3], second=MONDAY + number,
        qtype=65 if number % 2 else 1, rcode=3 if number % 5 == 0 else 0, count=2, micros=3_000,
        upstream=UPSTREAM)
    for number in range(30)
]  # fmt: skip


async def stored(admin: Admin, rows: list[Row]) -> None:
    log = admin.backend.querylog
    assert log is not None
    task = asyncio.create_task(log.run())
    admin.tell_rows(*rows)
    async with asyncio.timeout(5):
        while log.counts().written < len(rows):  # noqa: ASYNC110 - no one tells of it
            await asyncio.sleep(0.02)
    task.cancel()


async def seconds(admin: Admin, asked: str) -> list[int]:
    told = await admin.ask("GET", f"queries?{asked}")
    return [int(each["name"].partition(".")[0][1:]) for each in told["queries"]]


def test_pages_by_cursor_and_every_filter(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        await stored(admin, ROWS)
        first = await admin.ask("GET", "queries?limit=20")
        rest = await admin.ask("GET", f"queries?limit=20&before={first['before']}")
        names = [each["name"] for each in (*first["queries"], *rest["queries"])]
        assert names == [each.name for each in ROWS[::-1]]
        assert rest["before"] is None
        assert await seconds(admin, "outcome=blocked&type=HTTPS") == [27, 21, 15, 9, 3]
        assert await seconds(admin, "rcode=nxdomain&verdict=shadow") == [20, 5]
        assert await seconds(admin, "rcode=3&list=trackers") == [20, 5]
        assert await seconds(admin, "name=*n2*&vendor=xiaomi") == [27, 24, 21]
        since, until = "2026-11-23T00:00:05Z", "2026-11-23T01:00:07%2B01:00"
        assert await seconds(admin, f"since={since}&until={until}") == [6, 5]
        assert await seconds(admin, "client=192.0.2.9") == []

    play(tmp_path, scenario)


def test_a_query_in_words(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        await stored(admin, ROWS[:1])
        (told,) = (await admin.ask("GET", "queries"))["queries"]
        assert told["time"] == "2026-11-23T00:00:00Z"
        assert (told["type"], told["rcode"], told["count"]) == ("A", "NXDOMAIN", 2)
        assert (told["vendor"], told["rule"], told["line"]) == (
            "xiaomi", "data.mistat.xiaomi.com", 12,
        )  # fmt: skip
        assert told["milliseconds"] == 1.5

    play(tmp_path, scenario)


def test_what_is_no_filter_is_said(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        for asked in ("type=NO", "rcode=99", "limit=0", "since=now", "name=%00", "colour=red"):
            told = await admin.ask("GET", f"queries?{asked}", status=422)
            assert asked.partition("=")[0] in told["errors"][0]["where"]

    play(tmp_path, scenario)


WORDS = {
    "action": {*get_args(Action)},
    "verdict": {"block", "allow", "local", "shadow", "pass"},
    "outcome": {"blocked", "allowed", "would-block"},
    "layer": {"user", "keep", "curated", "subscription", "zone"},
    "purpose": {*PURPOSES, "unclassified", "unspecified"},
}


def test_a_word_that_no_row_can_have_is_no_filter(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        await stored(admin, ROWS[:1])
        described = (await admin.ask("GET", "openapi.json"))["paths"]
        for path in "queries", "queries/live":
            fields = described[f"/api/v1/{path}"]["get"]["parameters"]
            schemas = {each["name"]: each["schema"] for each in fields}
            for field, words in WORDS.items():
                told = await admin.ask("GET", f"{path}?{field}=blokced", status=422)
                (error,) = told["errors"]
                assert error["where"] == field
                assert all(word in error["what"] for word in words)
                assert {*schemas[field]["enum"]} == {"", *words}
        for field, words in WORDS.items():
            for word in words:
                assert await admin.ask("GET", f"queries?{field}={word}")

    play(tmp_path, scenario)


def test_a_log_that_cannot_be_read_and_one_that_is_off(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        (admin.state / "querylog.db").write_bytes(b"no database" * 1_000)
        told = await admin.ask("GET", "queries", status=503)
        assert "cannot be read" in told["detail"]

    async def off(admin: Admin) -> None:
        told = await admin.ask("GET", "queries", status=409)
        assert "query_log: off" in told["detail"]
        await admin.ask("GET", "queries/live", status=409)

    play(tmp_path / "one", scenario)
    play(tmp_path / "two", off, extra="query_log: off\n")


def test_live(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        token = TokenStore(admin.state).create("watcher", "read")
        headers, url = {"Authorization": f"Bearer {token}"}, "/api/v1/queries/live?outcome=blocked"
        async with admin.client.get(url, headers=headers) as response:
            assert response.headers["Content-Type"] == "text/event-stream"
            assert await response.content.readline() == b": listening\n"
            admin.tell_rows(*ROWS[:4])
            async with asyncio.timeout(5):
                told = [await event(response.content) for _ in range(2)]
        assert [each["name"] for each in told] == ["n0.example", "n3.example"]

    play(tmp_path, scenario)


def test_what_is_told_of_a_row_is_the_same_live_and_later(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        own = Kind("blocked", "block", "user", "blocker.yaml", "ads.example", 4)
        rows = [row("a.example", UNCLASSIFIED), row("ads.example", own)]
        token = TokenStore(admin.state).create("watcher", "read")
        headers, url = {"Authorization": f"Bearer {token}"}, "/api/v1/queries/live"
        async with admin.client.get(url, headers=headers) as response:
            assert await response.content.readline() == b": listening\n"
            await stored(admin, rows)
            live = [await event(response.content) for _ in rows]
        later = (await admin.ask("GET", "queries"))["queries"][::-1]
        assert later == live
        assert [(each["vendor"], each["purpose"]) for each in later] == [
            ("xiaomi", "unclassified"), ("user", "unspecified"),
        ]  # fmt: skip

    play(tmp_path, scenario)


async def event(content: Any) -> Any:
    while not (line := await content.readline()).startswith(b"data: "):
        assert line.startswith((b"\n", b":"))
    return json.loads(line.removeprefix(b"data: "))
