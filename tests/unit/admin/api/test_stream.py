"""A stream stands in openapi.json as what it is, ends with its token, and there is a bound on how
many listen.
"""

import asyncio
import socket
from pathlib import Path

import pytest

from blocker.admin.api import stream
from blocker.tokens import TokenStore
from tests.support.backend import Admin, play
from tests.support.logrows import row


def test_openapi_says_what_it_sends(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        told = await admin.ask("GET", "openapi.json")
        content = told["paths"]["/api/v1/queries/live"]["get"]["responses"]["200"]["content"]
        assert list(content) == ["text/event-stream"]

    play(tmp_path, scenario)


def test_too_many_are_told_to_come_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "MOST", 0)

    async def scenario(admin: Admin) -> None:
        told = await admin.ask("GET", "queries/live", status=503)
        assert "come again later" in told["detail"]

    play(tmp_path, scenario)


def test_one_token_leaves_room_for_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "EACH", 1)

    async def scenario(admin: Admin) -> None:
        tokens, url = TokenStore(admin.state), "/api/v1/queries/live"
        one, other = (
            {"Authorization": f"Bearer {tokens.create(name, 'read')}"} for name in ("one", "other")
        )
        async with admin.client.get(url, headers=one) as listening:
            assert listening.status == 200
            async with admin.client.get(url, headers=one) as refused:
                assert refused.status == 503
                assert "one is listening 1 times already" in (await refused.json())["detail"]
            async with admin.client.get(url, headers=other) as another:
                assert another.status == 200
            listening.close()
        async with asyncio.timeout(5):
            while (again := await admin.client.get(url, headers=one)).status != 200:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            again.close()

    play(tmp_path, scenario)


def test_a_revoked_token_hears_nothing_more(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        tokens = TokenStore(admin.state)
        leaves, stays = (
            {"Authorization": f"Bearer {tokens.create(name, 'read')}"} for name in ("one", "two")
        )
        url = "/api/v1/queries/live"
        async with (
            admin.client.get(url, headers=leaves) as ended,
            admin.client.get(url, headers=stays) as going_on,
            asyncio.timeout(5),
        ):
            for response in (ended, going_on):
                assert await response.content.readline() == b": listening\n"
            await admin.ask("DELETE", "tokens/one")
            admin.tell_rows(row("secret.example"))
            assert await ended.content.read() == b"\n"
            assert await going_on.content.readuntil(b"}\n\n")

    play(tmp_path, scenario)


def test_who_takes_nothing_any_more_is_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "PATIENCE", 0.2)

    async def scenario(admin: Admin) -> None:
        token = TokenStore(admin.state).create("deaf", "read")
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.setblocking(False)
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(10):
            await loop.sock_connect(sock, (admin.client.host, admin.client.port))
            request = (
                f"GET /api/v1/queries/live HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                f"Authorization: Bearer {token}\r\n\r\n"
            )
            await loop.sock_sendall(sock, request.encode())
            while not stream.Stream.open:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            while stream.Stream.open:
                admin.tell_rows(*(row(f"{'x' * 60}.n{number}.example") for number in range(200)))
                await asyncio.sleep(0.01)
        sock.close()

    play(tmp_path, scenario)
