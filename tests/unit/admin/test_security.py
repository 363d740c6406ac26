"""Whose name a request carries, where it comes from, and in which form."""

import socket
from pathlib import Path

import pytest

from blocker.admin.security import HEADERS, is_own_host
from blocker.tokens import TokenStore
from tests.support.backend import Admin, play


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.0.0.1:8053", "192.0.2.1", "[::1]", "[2001:db8::1]:8053"),
        *("localhost", "LocalHost:1", socket.gethostname()),
    ],
)
def test_our_own(host: str) -> None:
    assert is_own_host(host)


@pytest.mark.parametrize(
    "host",
    [
        *("", ":8053", "attacker.example", "localhost.attacker.example", "127.0.0.1.example"),
        *("[::1", "::1", "localhost@attacker.example", "[attacker.example]", "127.0.0.1 x"),
    ],
)
def test_not_ours(host: str) -> None:
    assert not is_own_host(host)


def test_changes_come_as_json_from_our_own_origin(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        token = TokenStore(admin.state).create("one", "admin")
        own = str(admin.client.make_url("/")).rstrip("/")
        for headers, body, status in (
            ({}, None, 200),
            ({"Content-Type": "application/json"}, b"{}", 200),
            ({"Content-Type": "application/json; charset=utf-8"}, b"", 200),
            ({"Origin": own, "Sec-Fetch-Site": "same-origin"}, None, 200),
            ({"Sec-Fetch-Site": "none"}, None, 200),
            ({"Content-Type": "text/plain"}, b"{}", 415),
            ({"Content-Type": "application/x-www-form-urlencoded"}, b"a=b", 415),
            ({"Origin": "https://attacker.example"}, None, 403),
            ({"Origin": own.replace("http", "https")}, None, 403),
            ({"Sec-Fetch-Site": "same-site"}, None, 403),
        ):
            sent = {"Authorization": f"Bearer {token}", **headers}
            response = await admin.client.post("/api/v1/resume", data=body, headers=sent)
            assert response.status == status, headers

    play(tmp_path, scenario)


def test_every_answer_has_the_headers(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        for path in ("/metrics", "/api/v1/status", "/nowhere"):
            response = await admin.client.get(path)
            for name, value in HEADERS.items():
                assert response.headers[name] == value
            assert "Server" not in response.headers

    play(tmp_path, scenario)
