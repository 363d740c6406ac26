"""How a connection opens and ends."""

import asyncio
import socket
import time

import pytest

from blocker.upstream import connection
from blocker.upstream.endpoint import Endpoint
from blocker.upstream.framed import FramedConnection
from tests.support.asking import clock
from tests.support.connecting import Owner, echo, play, until


def test_the_end_is_told_once() -> None:
    async def close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async def scenario(opened: FramedConnection, owner: Owner) -> None:
        await until(lambda: bool(owner.ends), owner)
        opened.abandon()
        assert owner.ends == ["connection closed"]
        assert opened.closed

    play(close, scenario)


def test_one_nobody_uses_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "IDLE_SECONDS", 0.05)

    async def scenario(opened: FramedConnection, owner: Owner) -> None:
        opened.write(b"hello")
        await until(lambda: bool(owner.ends), owner)
        assert owner.messages == [b"hello"]

    play(echo, scenario)


@pytest.mark.quiet
def test_one_that_does_not_open_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "OPEN_SECONDS", 0.1)

    async def scenario() -> None:
        with socket.create_server(("127.0.0.1", 0)) as deaf:
            owner = Owner()
            channel = Silent()
            opened = FramedConnection(Endpoint.of(*deaf.getsockname()), owner, clock, channel)
            opened.write(b"question")
            begun = time.monotonic()
            await asyncio.wait_for(until(lambda: bool(owner.ends), owner), 5)
            assert owner.ends == ["timeout"]
            assert time.monotonic() - begun < 2
            assert not opened.ready
            assert opened.path.lost
            await asyncio.sleep(0.01)

    asyncio.run(scenario())


def test_questions_of_one_turn_leave_in_one_piece() -> None:
    pieces = []

    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while octets := await reader.read(65_536):
            pieces.append(len(octets))
            writer.write(octets)
        writer.close()

    async def scenario(opened: FramedConnection, owner: Owner) -> None:
        opened.write(b"first")
        await until(lambda: len(owner.messages) == 1, owner)
        assert not opened.path.lost
        assert 0 < opened.path.rtt < 1
        for _ in range(50):
            opened.write(bytes(128))
        await until(lambda: len(owner.messages) == 51, owner)
        assert pieces == [2 + 5, 50 * (2 + 128)]

    play(peer, scenario)


class Silent:
    """A channel that is never ready."""

    ready = ended = False

    def receive(self, octets: bytes) -> bytes:
        return b""

    def seal(self, plain: bytes) -> None:
        raise AssertionError("nothing may be sealed")

    def due(self) -> bytes:
        return b"hello"


def test_what_is_written_to_one_that_is_lost_is_not_written_about(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.transport.abort()

    async def scenario(opened: FramedConnection, owner: Owner) -> None:
        opened.write(b"hello")
        await until(lambda: bool(owner.ends), owner)
        for _ in range(20):
            opened.write(b"anybody there?")
            await asyncio.sleep(0)

    play(hang_up, scenario)
    assert not caplog.records
