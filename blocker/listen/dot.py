"""DNS over TLS (RFC 7858): what listen/stream.py does, encrypted.

Rule: the stream's bounds hold; to them comes a deadline for the handshake. Replies are padded for
whoever pads its queries (RFC 8467), and a client may ask how long it is kept (RFC 7828).
"""

import socket
import ssl
from collections.abc import Callable
from typing import Final

from blocker.core.engine import Engine
from blocker.core.options import KEPT, PADDED
from blocker.listen.connections import CONNECTIONS, ENCRYPTED_IDLE_SECONDS, Connection, Listener
from blocker.listen.stream import StreamConnection
from blocker.listen.tls import TlsConnection
from blocker.listen.udp import Asks

ALPN: Final = ("dot",)


class DotListener(Listener):
    """`context` has the certificate; `name` is what it is for."""

    def __init__(
        self,
        sock: socket.socket,
        engine: Engine,
        forwarder: Asks,
        clock: Callable[[], float],
        context: ssl.SSLContext,
        room: int = CONNECTIONS,
    ) -> None:
        super().__init__(
            sock,
            engine,
            forwarder,
            clock,
            lambda listener: TlsConnection(listener, context, _inside),
            engine.tls,
            ENCRYPTED_IDLE_SECONDS,
            room,
        )


def _inside(listener: Listener, alpn: str) -> Connection:
    return StreamConnection(listener, KEPT | PADDED)
