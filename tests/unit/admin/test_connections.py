"""How many connections the API has, on real sockets: in clear, in TLS, and in between."""

import asyncio
import logging
import os
import resource
import socket
import ssl
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web

from blocker.admin import connections
from blocker.admin.app import runner_of
from blocker.admin.connections import Connections
from tests.support.certificates import tls_server

pytestmark = pytest.mark.quiet


class Clients:
    """Of the listener under test; all hang up in the end."""

    def __init__(self, at: tuple[str, int]) -> None:
        self.at = at
        self.writers: list[asyncio.StreamWriter] = []

    async def connect(self, source: str = "127.0.0.1", *, tls: bool = False) -> "Wire":
        context = None
        if tls:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        wire = await asyncio.open_connection(*self.at, local_addr=(source, 0), ssl=context)
        self.writers.append(wire[1])
        return wire


Scenario = Callable[[Connections, Clients], Awaitable[None]]
Wire = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MOST", 5)
    monkeypatch.setattr(connections, "EACH", 3)


def play(scenario: Scenario, context: ssl.SSLContext | None = None) -> None:
    async def run() -> None:
        runner = runner_of(web.Application())
        await runner.setup()
        assert runner.server
        with socket.create_server(("127.0.0.1", 0)) as sock:
            made, clients = Connections(sock, runner.server, context), Clients(sock.getsockname())
            made.open()
            try:
                async with asyncio.timeout(20):
                    await scenario(made, clients)
            finally:
                for writer in clients.writers:
                    writer.close()
                made.close()
                await runner.cleanup()

    asyncio.run(run())


async def is_served(wire: Wire) -> bool:
    reader, writer = wire
    try:
        writer.write(b"GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n")
        return (await reader.readuntil(b"\r\n")).startswith(b"HTTP/1.1 404")
    except (ConnectionError, asyncio.IncompleteReadError):
        return False


def test_one_address_has_so_many_and_others_have_room() -> None:
    async def scenario(made: Connections, clients: Clients) -> None:
        wires = [await clients.connect() for _ in range(4)]
        assert [await is_served(wire) for wire in wires] == [True, True, True, False]
        assert await is_served(await clients.connect("127.0.0.2"))
        assert made.turned_away == 1

    play(scenario)


def test_all_together_have_so_many() -> None:
    async def scenario(made: Connections, clients: Clients) -> None:
        wires = [await clients.connect(f"127.0.0.{each}") for each in range(2, 8)]
        assert [await is_served(wire) for wire in wires] == [True] * 5 + [False]

    play(scenario)


def test_who_leaves_makes_room() -> None:
    async def scenario(made: Connections, clients: Clients) -> None:
        for _ in range(3):
            wires = [await clients.connect() for _ in range(3)]
            for wire in wires:
                assert await is_served(wire)
                wire[1].close()
            await asyncio.sleep(0.1)
        assert made.turned_away == 0

    play(scenario)


def test_the_log_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(made: Connections, clients: Clients) -> None:
        wires = [await clients.connect() for _ in range(10)]
        assert not await is_served(wires[-1])
        assert made.turned_away == 7

    with caplog.at_level(logging.WARNING, connections.__name__):
        play(scenario)
    (line,) = caplog.messages
    assert "127.0.0.1 has 3 connections already (1 so far)" in line


def test_a_handshake_counts_and_has_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HANDSHAKE", 0.3)

    async def scenario(made: Connections, clients: Clients) -> None:
        silent = [await clients.connect() for _ in range(3)]
        with pytest.raises(OSError):  # noqa: PT011 - a reset, or an end in the handshake
            await clients.connect(tls=True)
        for reader, _ in silent:
            assert await reader.read() == b""
        wires = [await clients.connect(tls=True) for _ in range(3)]
        assert [await is_served(wire) for wire in wires] == [True] * 3
        with pytest.raises(OSError):  # noqa: PT011
            await clients.connect(tls=True)
        assert await is_served(await clients.connect("127.0.0.2", tls=True))

    play(scenario, tls_server())


def test_without_descriptors_it_waits_for_some(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(connections, "AGAIN", 0.1)

    async def scenario(made: Connections, clients: Clients) -> None:
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        os.close(last := os.dup(0))
        resource.setrlimit(resource.RLIMIT_NOFILE, (last + 1, limits[1]))
        try:
            wire = await clients.connect()
            while len(caplog.messages) < 2:  # noqa: ASYNC110 - no one tells of it
                await asyncio.sleep(0.02)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        assert await is_served(wire)

    play(scenario)
    assert set(caplog.messages) == {"the API accepts nobody for a moment: Too many open files"}
