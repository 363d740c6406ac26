"""Listeners over TLS on loopback with a real engine behind them, and clients that trust them."""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from blocker.certificate import Certificate
from blocker.listen import dot
from blocker.listen.connections import CONNECTIONS, Connection, Listener
from blocker.listen.doh import ALPN
from blocker.listen.dot import DotListener
from blocker.listen.https import HttpsListener
from blocker.listen.tls import watch_names
from tests.support.certificates import NAME, certificates
from tests.support.listening import Client, Late, bound, clock, engine


@asynccontextmanager
async def dot_listener(room: int = CONNECTIONS) -> AsyncIterator[tuple[Listener, Late]]:
    """DNS over TLS, and what stands behind it."""
    behind = Late(engine())
    made = DotListener(bound(), behind.engine, behind, clock, server(dot.ALPN), room)
    async with served(made) as listener:
        yield listener, behind


@asynccontextmanager
async def https_listener(behind: Late | None = None) -> AsyncIterator[tuple[Listener, Late]]:
    """DNS over HTTPS likewise."""
    behind = behind or Late(engine())
    context = server(ALPN)
    async with served(HttpsListener(bound(), behind.engine, behind, clock, context)) as listener:
        yield listener, behind


@asynccontextmanager
async def served(listener: Listener) -> AsyncIterator[Listener]:
    listener.name = NAME
    await listener.start()
    try:
        yield listener
    finally:
        listener.stop()
        for connection in tuple(listener.connections):
            connection.close_if_overdue(float("inf"))
            if isinstance(connection, Connection) and connection._transport is not None:
                connection._transport.abort()  # what it asked may never be answered
        await asyncio.sleep(0.01)


@asynccontextmanager
async def client(
    listener: Listener, alpn: Sequence[str] = (), name: str = NAME
) -> AsyncIterator[Client]:
    """Verifies the name, and agrees on one of `alpn`; in the end it is reset, as by a crash."""
    host, port = listener.socket.getsockname()[:2]
    reader, writer = await asyncio.open_connection(
        host, port, ssl=trusting(alpn), server_hostname=name
    )
    now = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, now)
    try:
        yield Client(reader, writer)
    finally:
        writer.transport.abort()
        await asyncio.sleep(0.01)  # TLS takes a few turns of the loop to let go


def trusting(alpn: Sequence[str] = ()) -> ssl.SSLContext:
    """A client's context that knows the authority."""
    context = ssl.create_default_context(cafile=str(certificates() / "ca.pem"))
    if alpn:
        context.set_alpn_protocols(list(alpn))
    return context


def server(alpn: Sequence[str]) -> ssl.SSLContext:
    """A listener's context."""
    pem, key = certificates() / "server.pem", certificates() / "server.key"
    (context,) = Certificate(str(pem), str(key), alpn).contexts
    watch_names(context)
    return context
