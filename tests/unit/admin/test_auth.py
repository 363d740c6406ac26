"""Closed unless open: which requests pass, and what the others are told."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from blocker.admin.access import Access
from blocker.admin.auth import MAY, OPEN, TOKEN, WHO, auth
from blocker.admin.lockout import TRIES
from blocker.tokens import PREFIX, TokenStore
from tests.support.backend import Admin, play

STATUS, RESUME = "/api/v1/status", "/api/v1/resume"


def bearer(token: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_scopes(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        tokens = TokenStore(admin.state)
        reader, changer = tokens.create("reader", "read"), tokens.create("changer", "admin")
        rules = tokens.create("rules", "rules")
        for token, method, path, status in (
            (reader, "GET", STATUS, 200),
            (changer, "GET", STATUS, 200),
            (reader, "POST", RESUME, 403),
            (changer, "POST", RESUME, 200),
            (reader, "POST", "/api/v1/nowhere", 404),
            (rules, "POST", RESUME, 200),
            (rules, "POST", "/api/v1/reload", 403),
            (changer, "POST", "/api/v1/reload", 200),
        ):
            response = await admin.client.request(method, path, headers=bearer(token))
            assert response.status == status, (method, path)

    play(tmp_path, scenario)


@pytest.mark.parametrize("header", ["Bearer x y", "bearer \xff", f"Bearer {PREFIX}x"])
def test_a_wrong_token_is_told_from_a_missing_one(tmp_path: Path, header: str) -> None:
    async def scenario(admin: Admin) -> None:
        response = await admin.client.get(STATUS, headers={"Authorization": header})
        assert response.status == 401
        assert response.headers["WWW-Authenticate"].endswith('error="invalid_token"')
        detail = (await response.json())["detail"]
        assert detail.startswith("this token is not known")
        assert detail.endswith("After 5 wrong ones none is looked at from this address for 15 min")

    play(tmp_path, scenario)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic YTpi", "x" * 5000])
def test_what_is_no_token(tmp_path: Path, header: str) -> None:
    async def scenario(admin: Admin) -> None:
        TokenStore(admin.state).create("one", "admin")
        response = await admin.client.get(STATUS, headers={"Authorization": header})
        assert response.status == 401
        assert response.headers["WWW-Authenticate"] == 'Bearer realm="blocker"'
        assert "blocker token create" in (await response.json())["detail"]

    play(tmp_path, scenario)


def test_the_word_bearer_has_no_case(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        token = TokenStore(admin.state).create("one", "read")
        response = await admin.client.get(STATUS, headers={"Authorization": f"bEARER  {token}"})
        assert response.status == 200

    play(tmp_path, scenario)


def test_who_asks_is_known_by_the_token(tmp_path: Path) -> None:
    async def tell(request: web.Request) -> web.Response:
        token = TOKEN.get()
        return web.json_response([WHO.get(), MAY.get(), token and token.name])

    async def scenario() -> None:
        tokens = TokenStore(tmp_path)
        app = web.Application(middlewares=[auth(Access.of(tmp_path), {})])
        app.router.add_get("/who", tell)
        async with TestClient(TestServer(app)) as client:
            response = await client.get("/who", headers=bearer(tokens.create("phone", "rules")))
            assert await response.json() == ["phone", "rules", "phone"]

    asyncio.run(scenario())


def test_after_five_wrong_tokens_a_right_one_is_not_looked_at(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        right = bearer(TokenStore(admin.state).create("one", "admin"))
        for _ in range(TRIES):
            assert (await admin.client.get(STATUS, headers=bearer("wrong"))).status == 401
        elsewhere = {**right, "X-Forwarded-For": "192.0.2.9", "Forwarded": "for=192.0.2.9"}
        for headers in (right, bearer("wrong"), elsewhere):
            response = await admin.client.get(STATUS, headers=headers)
            assert response.status == 429
            assert 0 < int(response.headers["Retry-After"]) <= 900
            assert "another 15 min" in (await response.json())["detail"]
        assert (await admin.client.get("/healthz")).status == 200

    play(tmp_path, scenario)


def test_only_these_are_open(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        for path in OPEN:
            assert (await admin.client.get(path)).status == 200
            for other in (f"{path}/", f"{path}?x", path.upper()):
                assert (await admin.client.get(other)).status == 401, other

    play(tmp_path, scenario)
