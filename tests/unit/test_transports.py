"""What is left of connections that have ended: nothing, without the garbage collector's help."""

import asyncio
import gc
from collections.abc import Iterator
from weakref import ref

import pytest

from blocker.transports import loosen

Transports = list["ref[asyncio.BaseTransport]"]


class Speaker(asyncio.Protocol):
    """Says what it hears once, and hangs up; the client speaks first."""

    def __init__(self, made: Transports, says: bytes = b"") -> None:
        self.heard = b""
        self.lost = asyncio.Event()
        self._made = made
        self._says = says

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        loosen(transport)
        self._made.append(ref(transport))
        self._transport: asyncio.Transport | None = transport
        if self._says:
            transport.write(self._says)

    def data_received(self, data: bytes) -> None:
        self.heard += data
        if not self._says and self._transport is not None:
            self._transport.write(data)
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self.lost.set()


@pytest.fixture
def no_collector() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collector")
def test_a_transport_ends_with_its_connection() -> None:
    made: Transports = []

    async def talk() -> bytes:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Speaker(made), "127.0.0.1", 0)
        client = Speaker(made, b"hello")
        await loop.create_connection(lambda: client, *server.sockets[0].getsockname()[:2])
        async with asyncio.timeout(5):
            await client.lost.wait()
        server.close()
        await asyncio.sleep(0.05)
        return client.heard

    assert asyncio.run(talk()) == b"hello"
    assert [transport() for transport in made] == [None, None]
