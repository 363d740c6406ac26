"""What is left of connections that have ended: nothing, without the garbage collector's help."""

import asyncio
import gc
import ssl
from collections.abc import Iterator
from weakref import ref

import pytest

from blocker.transports import loosen
from tests.support.certificates import certificates, tls_server

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
        plain = getattr(getattr(transport, "_ssl_protocol", None), "_transport", transport)
        self._made.append(ref(plain))
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
@pytest.mark.parametrize("encrypted", [False, True])
def test_a_transport_ends_with_its_connection(encrypted: bool) -> None:
    made: Transports = []

    async def talk() -> bytes:
        loop = asyncio.get_running_loop()
        context = tls_server() if encrypted else None
        server = await loop.create_server(lambda: Speaker(made), "127.0.0.1", 0, ssl=context)
        trusting = None
        if encrypted:
            trusting = ssl.create_default_context(cafile=certificates() / "ca.pem")
        client = Speaker(made, b"hello")
        await loop.create_connection(
            lambda: client,
            *server.sockets[0].getsockname()[:2],
            ssl=trusting,
            server_hostname="lists.example" if encrypted else None,
        )
        async with asyncio.timeout(5):
            await client.lost.wait()
        server.close()
        await asyncio.sleep(0.05)
        return client.heard

    assert asyncio.run(talk()) == b"hello"
    assert [transport() for transport in made] == [None, None]
