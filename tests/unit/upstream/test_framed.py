"""Messages on a connection, against a peer that writes octets as it likes."""

import asyncio
import struct

import pytest

from blocker.upstream.framed import FramedConnection
from tests.support.connecting import Owner, echo, play, until


def test_what_is_written_before_it_is_open_goes_out_in_order() -> None:
    async def scenario(opened: FramedConnection, owner: Owner) -> None:
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

    async def scenario(opened: FramedConnection, owner: Owner) -> None:
        await until(lambda: len(owner.messages) == 3, owner)
        assert owner.messages == [b"abc", b"", b"defgh"]

    play(dribble, scenario)


def test_one_message_that_makes_trouble_does_not_stop_the_rest(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def scenario(opened: FramedConnection, owner: Owner) -> None:
        opened.write(b"trouble")
        opened.write(b"after")
        await until(lambda: owner.messages == [b"trouble", b"after"], owner)

    play(echo, scenario)
    assert "could not be dealt with" in caplog.text
