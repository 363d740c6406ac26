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
        *("127.0.0.1:8053:1", "127.0.0.1:x", "[127.0.0.1]", "user@127.0.0.1", "127.1"),
        *("[::1", "::1", "localhost@attacker.example", "[attacker.example]", "127.0.0.1 x"),
    ],
)
def test_not_ours(host: str) -> None:
    assert not is_own_host(host)


def test_names_of_the_configuration_are_ours() -> None:
    hosts = ("blocker.home.arpa",)
    for host in ("blocker.home.arpa", "Blocker.Home.Arpa.:8053"):
        assert is_own_host(host, hosts)
        assert not is_own_host(host)
    for host in ("x.blocker.home.arpa", "[blocker.home.arpa]", "blocker.home.arpa.example"):
        assert not is_own_host(host, hosts)


def test_a_name_is_ours_as_soon_as_the_configuration_has_it(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        headers = {
            "Authorization": f"Bearer {TokenStore(admin.state).create('one', 'admin')}",
            "Host": "ui.lan:8053",
        }
        response = await admin.client.get("/api/v1/status", headers=headers)
        assert response.status == 421
        assert "admin.hosts" in (await response.json())["detail"]
        admin.configure("admin: {hosts: [ui.lan]}\n")
        await admin.ask("POST", "reload")
        assert (await admin.client.get("/api/v1/status", headers=headers)).status == 200

    play(tmp_path, scenario)


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
