"""TLS between a transport and a connection that knows nothing of it (RFC 7858, RFC 8310).

Rule: encryption adds no state that outlives a bound: a handshake has a deadline, and what is
decrypted is handed on at once. asyncio's own TLS takes about twice the time of this for each
message, for it buffers both ways in Python.
"""

import asyncio
import socket
import ssl
from abc import abstractmethod
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, Final, cast

from blocker.core.engine import Engine
from blocker.core.journal import Journal
from blocker.listen.connections import CONNECTIONS, ENCRYPTED_IDLE_SECONDS, Connection, Listener
from blocker.listen.udp import Asks
from blocker.transports import loosen

HANDSHAKE_SECONDS: Final = 10.0  # from the first octet to the last
LINGER_SECONDS: Final = 2.0  # after the last word, for a client to hear it
RECORD: Final = 16_384  # octets in one record at most (RFC 8446 section 5.1)


class _Session(ssl.SSLObject):
    """Knows by which name it was called."""

    server_name = ""


def watch_names(context: ssl.SSLContext) -> None:
    """Have sessions of `context` keep the server name that the client asked for."""

    def keep(session: ssl.SSLObject | ssl.SSLSocket, name: str | None, _: ssl.SSLContext) -> None:
        cast(_Session, session).server_name = name or ""

    context.sslobject_class = _Session
    context.sni_callback = keep


# Where all connections receive, each handing on at once what came: asyncio itself would take
# 256 KiB from the system and give them back for each question.
_RECEIVED: Final = memoryview(bytearray(4 * RECORD))


class TlsListener(Listener):
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
            *(sock, engine, forwarder, clock, lambda _: TlsConnection(self, context)),
            journal=self.journal_of(engine),
            idle=ENCRYPTED_IDLE_SECONDS,
            room=room,
        )

    @abstractmethod
    def inside(self, alpn: str) -> Connection:
        """The connection of a client with whom this protocol was agreed on; empty for none."""

    @staticmethod
    @abstractmethod
    def journal_of(engine: Engine) -> Journal:
        """Where its questions are counted."""


class TlsConnection(asyncio.BufferedProtocol):
    """To the transport a protocol, to the connection inside a transport (`Wire`)."""

    def __init__(self, listener: TlsListener, context: ssl.SSLContext) -> None:
        self._listener = listener
        self._inner: Connection | None = None
        self._transport: asyncio.Transport | None = None
        self._client = ""
        self._ended = False  # what is still received is nobody's
        self._since = listener.clock()
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        loosen(transport)
        self._transport = cast(asyncio.Transport, transport)
        self._client = transport.get_extra_info("peername", ("", 0))[0]
        if not self._listener.enter(self, self._client):
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._inner is None:
            self._listener.leave(self)
        else:
            self._inner.connection_lost(exc)

    def get_buffer(self, sizehint: int) -> memoryview:
        return _RECEIVED

    def buffer_updated(self, nbytes: int) -> None:
        if self._ended:
            return
        self._incoming.write(_RECEIVED[:nbytes])
        if self._inner is None and not self._shakes_hands():
            return
        inner = cast(Connection, self._inner)
        plain, ended = self._decrypted()
        if plain:
            inner.data_received(plain)
        if ended and self._transport is not None:
            inner.eof_received()

    def eof_received(self) -> bool:
        if self._inner is not None and not self._ended:
            return bool(self._inner.eof_received())
        return False

    def pause_writing(self) -> None:
        if self._inner is not None:
            self._inner.pause_writing()

    def resume_writing(self) -> None:
        if self._inner is not None:
            self._inner.resume_writing()

    @property
    def claim(self) -> tuple[bool, float]:
        return False, self._since

    def give_way(self) -> None:
        self.abort()

    def finish(self) -> None:
        """In the middle of a handshake nothing was asked."""
        self.abort()

    def close_if_overdue(self, now: float) -> None:
        if now - self._since > HANDSHAKE_SECONDS:
            self.abort()

    def write(self, data: bytes) -> None:
        self.writelines((data,))

    def writelines(self, pieces: Iterable[bytes]) -> None:
        """A record for each: dnsperf, for one, takes a single HTTP/2 answer out of a record."""
        if self._transport is None:
            return
        try:
            for piece in pieces:
                self._tls.write(piece)  # a memory BIO takes all
        except ssl.SSLError:  # it has ended the session, or broken it
            self.abort()
            return
        self._transport.write(self._outgoing.read())

    def close(self) -> None:
        """Say that this is the end, so that the client can tell it from a cut."""
        if self._transport is None or self._transport.is_closing():
            return
        with suppress(ssl.SSLError):  # its own end need not be waited for
            self._tls.unwrap()
        self._flush()
        self._transport.close()

    def linger(self) -> None:
        """Close, but take what is still being sent: else the system resets the connection, and the
        client never reads why (RFC 9112 section 9.6).
        """
        if self._transport is None or self.is_closing():
            return
        with suppress(ssl.SSLError):
            self._tls.unwrap()
        self._flush()
        self._ended = True
        self._transport.write_eof()
        self._transport.resume_reading()
        asyncio.get_running_loop().call_later(LINGER_SECONDS, self.abort)

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def is_closing(self) -> bool:
        return self._transport is None or self._ended or self._transport.is_closing()

    def pause_reading(self) -> None:
        if self._transport is not None:
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        if self._transport is not None:
            self._transport.resume_reading()

    def set_write_buffer_limits(self, high: int) -> None:
        if self._transport is not None:
            self._transport.set_write_buffer_limits(high)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        if name == "server_name":
            return cast(_Session, self._tls).server_name
        return default if self._transport is None else self._transport.get_extra_info(name, default)

    def _shakes_hands(self) -> bool:
        """Whether that is done, and the connection inside made."""
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            self._flush()
            return False
        except ssl.SSLError:
            self._flush()  # an alert tells the client why
            if self._transport is not None:
                self._transport.close()
            return False
        self._flush()
        self._listener.leave(self)
        self._inner = self._listener.inside(self._tls.selected_alpn_protocol() or "")
        self._inner.connection_made(cast(asyncio.BaseTransport, self))
        return True

    def _decrypted(self) -> tuple[bytes, bool]:
        """What came, and whether the client has ended the session."""
        read, incoming = self._tls.read, self._incoming
        parts = []
        try:
            while part := read(RECORD):
                parts.append(part)
                if not incoming.pending:
                    break
            else:
                return b"".join(parts), True
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError:  # not what was agreed on
            self._flush()
            self.abort()
            return b"", False
        self._flush()
        return parts[0] if len(parts) == 1 else b"".join(parts), False

    def _flush(self) -> None:
        if self._transport is not None and self._outgoing.pending:
            self._transport.write(self._outgoing.read())
