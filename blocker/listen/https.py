"""DNS over HTTPS (RFC 8484) in HTTP/2 or HTTP/1.1, as the client likes.

Rule: this is loaded only where DNS over HTTPS is served, for it takes aiohttp's parser and hpack.
"""

from blocker.core.engine import Engine
from blocker.core.journal import Journal
from blocker.listen.connections import Connection
from blocker.listen.http1 import Http1Connection
from blocker.listen.http2 import Http2Connection
from blocker.listen.tls import TlsListener


class HttpsListener(TlsListener):
    """Who agrees on no protocol is taken to speak HTTP/1.1."""

    def inside(self, alpn: str) -> Connection:
        return Http2Connection(self) if alpn == "h2" else Http1Connection(self)

    @staticmethod
    def journal_of(engine: Engine) -> Journal:
        return engine.https
