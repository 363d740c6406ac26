"""Asking a server over its control socket, and what a person is told when that fails."""

import asyncio
import getpass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from blocker import control
from blocker.admin.access import Access
from blocker.admin.auth import MAY, WHO, auth
from blocker.cli.control import Declined, NoServer, Server
from blocker.errors import StartError
from tests.support.backend import Admin, play


async def over_socket(app: web.Application, state: Path, ask: Any) -> Any:
    """`ask(server)` from another thread, as the command line is another process."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.SockSite(runner, control.bind(state)).start()
    try:
        return await asyncio.to_thread(ask, Server(state, 5))
    finally:
        await runner.cleanup()


async def ask(admin: Admin, question: Any) -> Any:
    return await over_socket(admin.client.app, admin.state, question)


def test_what_the_api_tells_without_a_token(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        told = await ask(admin, lambda server: server.get("status"))
        assert told["generation"] == 1
        told = await ask(admin, lambda server: server.get("explain", name="a b", type=None))
        assert told["name"] == "a b"

    with pytest.raises(Declined, match="domain name"):
        play(tmp_path, scenario)


def test_who_asks_is_told_by_the_kernel(tmp_path: Path) -> None:
    async def tell(request: web.Request) -> web.Response:
        return web.json_response([WHO.get(), MAY.get()])

    async def scenario() -> None:
        app = web.Application(middlewares=[auth(Access.of(tmp_path), {})])
        app.router.add_get("/api/v1/who", tell)
        told = await over_socket(app, tmp_path, lambda server: server.get("who"))
        assert told == [f"cli:{getpass.getuser()}", "admin"]

    asyncio.run(scenario())


def test_faults_are_told_line_by_line(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        with pytest.raises(Declined) as caught:
            await ask(admin, lambda server: server.post("pause", {"for": 5, "more": 1}))
        assert "for: " in str(caught.value)
        assert "\n  more: Extra inputs are not permitted" in str(caught.value)
        with pytest.raises(Declined, match="nothing here"):
            await ask(admin, lambda server: server.delete("nowhere"))

    play(tmp_path, scenario)


def test_no_server(tmp_path: Path) -> None:
    with pytest.raises(NoServer, match="blocker serve"):
        Server(tmp_path).get("status")
    control.bind(tmp_path).close()
    with pytest.raises(NoServer):
        Server(tmp_path).post("resume")


def test_a_server_that_does_not_answer(tmp_path: Path) -> None:
    with control.bind(tmp_path), pytest.raises(StartError, match="does not answer: timed out"):
        Server(tmp_path, 0.05).get("status")


def test_the_state_folder_is_the_configurations(tmp_path: Path) -> None:
    config = tmp_path / "blocker.yaml"
    config.write_text("state: here\n")
    assert Server.of(config).state == tmp_path / "here"


def test_a_server_is_asked_whatever_its_file_says_by_now(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "blocker.yaml"
    config.write_text("state: here\nbad: 1\n")
    (tmp_path / "here").mkdir()

    async def tell(_: web.Request) -> web.Response:
        return web.json_response({})

    async def scenario() -> None:
        app = web.Application()
        app.router.add_get("/api/v1/status", tell)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.SockSite(runner, control.bind(tmp_path / "here")).start()
        server = Server.of(config, 5)
        try:
            for _ in range(2):
                assert await asyncio.to_thread(server.get, "status") == {}
        finally:
            await runner.cleanup()

    asyncio.run(scenario())
    assert capsys.readouterr().err.count(f"{config}:2: bad: unknown key") == 1
    control.unbind(tmp_path / "here")
    with pytest.raises(NoServer, match=r"blocker serve\n.*:2: bad: unknown key"):
        Server.of(config).get("status")
