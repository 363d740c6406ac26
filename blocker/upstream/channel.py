"""TLS towards an upstream, without sockets: octets in, octets out.

Rule: nothing is sealed before the peer has proved who it is. asyncio's own TLS cannot resume a
session, and it does more for every answer.
"""

import ssl
from collections.abc import Callable
from typing import Final

from blocker.upstream.endpoint import Unusable

_READ: Final = 65_536

Fault = Callable[[ssl.SSLObject], str]


class TlsChannel:
    """One TLS client. `session` is what a later one may resume, once the peer has offered it."""

    def __init__(
        self, context: ssl.SSLContext, name: str, fault: Fault, session: ssl.SSLSession | None
    ) -> None:
        self.ready = False
        self.ended = False
        self._fault = fault
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = context.wrap_bio(
            self._incoming, self._outgoing, server_hostname=name or None, session=session
        )
        self._shake()

    @property
    def session(self) -> ssl.SSLSession | None:
        return self._tls.session

    @property
    def resumed(self) -> bool:
        """Whether the peer knew an earlier session: nothing had to be proved anew."""
        return bool(self._tls.session_reused)

    def receive(self, octets: bytes) -> bytes:
        incoming, read = self._incoming, self._tls.read
        incoming.write(octets)
        if not self.ready and not self._shake():
            return b""
        said = []
        try:
            while incoming.pending:
                if plain := read(_READ):
                    said.append(plain)
                else:
                    self.ended = True
                    break
        except ssl.SSLWantReadError:
            pass  # the rest of a record is on its way
        return b"".join(said)

    def seal(self, plain: bytes) -> None:
        rest = memoryview(plain)
        while rest:
            rest = rest[self._tls.write(rest) :]

    def due(self) -> bytes:
        return self._outgoing.read()

    def _shake(self) -> bool:
        """Go on with the handshake. ssl.SSLError, an OSError, when it fails."""
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        if fault := self._fault(self._tls):
            raise Unusable(f"tls: {fault}")
        self.ready = True
        return True
