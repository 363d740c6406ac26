"""One connection, against a peer that writes octets as it likes."""

import asyncio
import struct
from collections.abc import Awaitable, Callable, Iterable

import pytest

from blocker.upstream import connection
from blocker.upstream.base import Attempt
from blocker.upstream.connection import Connection
from blocker.upstream.endpoint import Endpoint
from tests.support.asking import clock

Peer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Owner:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []
        self.ends: list[str] = []
        self.news = asyncio.Event()

    def received(self, connection: Connection, message: bytes) -> None:
        self.messages.append(message)
        self.news.set()
        if message == b"trouble":
            raise ValueError

    def lost(self, connection: Connection, attempts: Iterable[Attempt], reason: str) -> None:
        self.ends.append(reason)
        self.news.set()


def play(peer: Peer, scenario: Callable[[Connection, Owner], Awaitable[None]]) -> None:
    async def main() -> None:
        server = await asyncio.start_server(peer, "127.0.0.1", 0)
        owner = Owner()
        opened = Connection(Endpoint.of(*server.sockets[0].getsockname()), owner, clock)
        try:
            await asyncio.wait_for(scenario(opened, owner), 5)
        finally:
            opened.abandon()
            server.close()
            await asyncio.sleep(0.01)

    asyncio.run(main())


async def until(condition: Callable[[], bool], owner: Owner) -> None:
    while not condition():
        owner.news.clear()
        await owner.news.wait()


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while octets := await reader.read(100):
        writer.write(octets)
    writer.close()


def test_what_is_written_before_it_is_open_goes_out_in_order() -> None:
    async def scenario(opened: Connection, owner: Owner) -> None:
        for number in range(3):
            opened.write(bytes([number]) * 20)
        await until(lambda: len(owner.messages) == 3, owner)
        opened.write(b"later")
        await until(lambda: len(owner.messages) == 4, owner)
        assert owner.messages == [b"\0" * 20, b"\1" * 20, b"\2" * 20, b"later"]
        assert opened.answered == 4
        assert opened.heard > 0

    play(echo, scenario)


def test_messages_come_whole_however_they_are_cut() -> None:
    async def dribble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for octet in struct.pack(">H3sH0sH5s", 3, b"abc", 0, b"", 5, b"defgh"):
            writer.write(bytes([octet]))
            await writer.drain()
            await asyncio.sleep(0.001)
        await reader.read()
        writer.close()

    async def scenario(opened: Connection, owner: Owner) -> None:
        await until(lambda: len(owner.messages) == 3, owner)
        assert owner.messages == [b"abc", b"", b"defgh"]

    play(dribble, scenario)


def test_one_message_that_makes_trouble_does_not_stop_the_rest(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def scenario(opened: Connection, owner: Owner) -> None:
        opened.write(b"trouble")
        opened.write(b"after")
        await until(lambda: owner.messages == [b"trouble", b"after"], owner)

    play(echo, scenario)
    assert "could not be dealt with" in caplog.text


def test_the_end_is_told_once() -> None:
    async def close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async def scenario(opened: Connection, owner: Owner) -> None:
        await until(lambda: bool(owner.ends), owner)
        opened.abandon()
        assert owner.ends == ["connection closed"]
        assert opened.closed

    play(close, scenario)


def test_one_nobody_uses_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "IDLE_SECONDS", 0.05)

    async def scenario(opened: Connection, owner: Owner) -> None:
        opened.write(b"hello")
        await until(lambda: bool(owner.ends), owner)
        assert owner.messages == [b"hello"]

    play(echo, scenario)
