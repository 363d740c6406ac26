"""DNS over HTTPS (RFC 8484) in HTTP/2 or HTTP/1.1, as the client likes.

Rule: this is loaded only where DNS over HTTPS is served, for it takes aiohttp's parser and hpack.
"""

import socket
import ssl
from collections.abc import Callable

from blocker.core.engine import Engine
from blocker.listen.connections import CONNECTIONS, ENCRYPTED_IDLE_SECONDS, Connection, Listener
from blocker.listen.http1 import Http1Connection
from blocker.listen.http2 import Http2Connection
from blocker.listen.tls import TlsConnection
from blocker.listen.udp import Asks


class HttpsListener(Listener):
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
            engine.https,
            ENCRYPTED_IDLE_SECONDS,
            room,
        )


def _inside(listener: Listener, alpn: str) -> Connection:
    return Http2Connection(listener) if alpn == "h2" else Http1Connection(listener)
