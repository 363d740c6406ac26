"""DNS over TLS (RFC 7858): what listen/stream.py does, encrypted.

Rule: the stream's bounds hold; to them comes a deadline for the handshake. Replies are padded for
whoever pads its queries (RFC 8467), and a client may ask how long it is kept (RFC 7828).
"""

from typing import Final

from blocker.core.engine import Engine
from blocker.core.journal import Journal
from blocker.core.options import KEPT, PADDED
from blocker.listen.connections import Connection
from blocker.listen.stream import StreamConnection
from blocker.listen.tls import TlsListener

ALPN: Final = ("dot",)


class DotListener(TlsListener):
    """Replies are padded, and the connection's time told, for who asks for it."""

    def inside(self, alpn: str) -> Connection:
        return StreamConnection(self, KEPT | PADDED)

    @staticmethod
    def journal_of(engine: Engine) -> Journal:
        return engine.tls
