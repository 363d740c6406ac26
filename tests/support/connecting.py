"""One connection of ours, against a peer that writes octets as it likes.

play(echo, scenario)    # scenario(opened, owner) has five seconds
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from blocker.upstream.base import Attempt
from blocker.upstream.connection import Connection
from blocker.upstream.endpoint import Endpoint
from blocker.upstream.framed import FramedConnection
from tests.support.asking import clock

Peer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Owner:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []
        self.ends: list[str] = []
        self.news = asyncio.Event()

    def received(self, connection: FramedConnection, message: bytes) -> None:
        self.messages.append(message)
        self.news.set()
        if message == b"trouble":
            raise ValueError

    def lost(self, connection: Connection, attempts: Sequence[Attempt], reason: str) -> None:
        self.ends.append(reason)
        self.news.set()


def play(peer: Peer, scenario: Callable[[FramedConnection, Owner], Awaitable[None]]) -> None:
    async def main() -> None:
        server = await asyncio.start_server(peer, "127.0.0.1", 0)
        owner = Owner()
        opened = FramedConnection(Endpoint.of(*server.sockets[0].getsockname()), owner, clock)
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
