"""The application as it is put together: what is outermost, and that a body has a bound."""

import asyncio
import os
import socket
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from aiohttp import web
from sqlalchemy import select

from blocker.admin.app import BASE, ENDPOINTS, LARGEST_BODY, _live, runner_of
from blocker.admin.security import HEADERS
from blocker.admin.watch import Watch
from blocker.core.row import encode
from blocker.link import LIMIT, link_pair
from blocker.querylog import tables
from blocker.querylog.opening import open_reader, url_of
from blocker.querylog.settings import STORE
from blocker.tokens import TokenStore
from tests.support.backend import Admin, first_plan, play
from tests.support.logrows import row


def test_nothing_is_served_twice() -> None:
    routes = [(endpoint.method, endpoint.path) for endpoint in ENDPOINTS]
    assert len(routes) == len(set(routes))


# What a child's phone may be given: it changes what is blocked, and nothing else.
WITH_RULES = {
    "rules", "rules/{id}", "allowances", "vendors/{vendor}", "purposes/{purpose}",
    "subscriptions/{subscription}", "pause", "resume", "rescue", "rescue/keep", "rescue/lapse",
    "undo",
}  # fmt: skip


def test_no_get_changes_anything_and_what_changes_takes_more_than_reading() -> None:
    for endpoint in ENDPOINTS:
        if endpoint.method != "GET":
            assert endpoint.scope == ("rules" if endpoint.path in WITH_RULES else "admin")


def test_the_token_is_asked_for_before_all_else(tmp_path: Path) -> None:
    """Not the host, the content type or the size: nothing is told to who may not ask."""

    async def scenario(admin: Admin) -> None:
        response = await admin.client.post(
            f"{BASE}pause", data=b"x" * (LARGEST_BODY + 1), headers={"Host": "attacker.example"}
        )
        assert response.status == 401

    play(tmp_path, scenario)


def test_the_printed_address_leads_to_the_documentation(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        response = await admin.client.get("/", allow_redirects=False)
        assert (response.status, response.headers["Location"]) == (302, "/api/docs")
        assert {**response.headers, **HEADERS} == dict(response.headers)
        assert (await admin.client.get("/")).content_type == "text/html"
        rebound = {"Host": "attacker.example"}
        assert (await admin.client.get("/", headers=rebound)).status == 421
        assert (await admin.client.post("/")).status == 401

    play(tmp_path, scenario)


def test_a_body_has_a_bound(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        token = TokenStore(admin.state).create("one", "admin")
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        url = f"{BASE}resume"
        fits = b"{}" + b" " * (LARGEST_BODY - 2)
        assert (await admin.client.post(url, data=fits, headers=headers)).status == 200
        assert (await admin.client.post(url, data=fits + b" ", headers=headers)).status == 413

    play(tmp_path, scenario)


@pytest.mark.parametrize(
    "said", [b"", b"GET /healthz HTTP/1.1\r\nHost: x", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"]
)
def test_who_says_nothing_more_is_hung_up_on(said: bytes) -> None:
    async def scenario() -> None:
        runner = runner_of(web.Application(), idle=0.1)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            reader, writer = await asyncio.open_connection(*runner.addresses[0])
            writer.write(said)
            async with asyncio.timeout(10):
                await reader.read()
            writer.close()
        finally:
            await runner.cleanup()

    asyncio.run(scenario())


def test_a_token_made_while_it_runs_is_known(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        token = TokenStore(admin.state).create("late", "read")
        url, headers = f"{BASE}openapi.json", {"Authorization": f"Bearer {token}"}
        response = await admin.client.get(url, headers=headers)
        assert response.status == 200
        assert set((await response.json())["paths"]) == {BASE + each.path for each in ENDPOINTS}

    play(tmp_path, scenario)


def test_a_task_that_fails_costs_no_row_of_the_query_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(self: Watch) -> None:
        message = "as when a child cannot be started"
        raise OSError(message)

    monkeypatch.setattr(Watch, "run", fail)
    plan = first_plan(tmp_path)
    read_end, write_end = os.pipe()
    with socket.create_server(("127.0.0.1", 0)) as sock, ExitStack() as stack:
        worker_end, admin_end = map(stack.enter_context, link_pair())
        for message, _ in encode([row("told.example", second=int(time.time()))], LIMIT):
            worker_end.send(message)
        with pytest.raises(ExceptionGroup, match="unhandled errors in a TaskGroup"):
            asyncio.run(_live(plan, sock, [admin_end], read_end))
    os.close(read_end)
    os.close(write_end)
    with open_reader(url_of(STORE, Path(plan.state))).connect() as connection:
        assert connection.scalars(select(tables.names.c.name)).all() == ["told.example"]
