"""Connections for one request: direct, to addresses that may be gone to, and to no others.

Rule: the address is looked at where the socket is made, so that neither a name that resolves
differently the second time nor an address written oddly gets round it.
"""

import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from aiohttp.abc import AbstractResolver

from blocker import __version__
from blocker.download.addresses import is_public

_HEADERS: Final = {
    "User-Agent": f"blocker/{__version__}",
    "Accept": "text/plain, */*;q=0.5",
    "Accept-Encoding": "gzip",
}


class NotPublic(OSError):
    """The connection would lead into somebody's network."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds to wait for a connection, for the next octets, and for all of it."""

    connect: float = 10.0
    silence: float = 20.0
    whole: float = 600.0


@dataclass(frozen=True, slots=True)
class Network:
    """How the outside is reached."""

    resolver: AbstractResolver
    patience: Patience = Patience()
    tls: ssl.SSLContext | None = None  # what this machine trusts
    may_go_to: Callable[[str], bool] = is_public

    def session(self, *, anywhere: bool) -> ClientSession:
        """`anywhere`: a person wrote this very address, so it may be any."""
        connector = TCPConnector(
            resolver=self.resolver,
            ssl=self.tls or True,
            use_dns_cache=False,
            socket_factory=_socket if anywhere else self._guarded,
        )
        return ClientSession(
            connector=connector,
            headers=_HEADERS,
            cookie_jar=DummyCookieJar(),
            auto_decompress=False,  # aiohttp's does not notice when gzip ends too early
            timeout=ClientTimeout(
                total=None, sock_connect=self.patience.connect, sock_read=self.patience.silence
            ),
        )

    def _guarded(self, address: Any) -> socket.socket:
        host = address[4][0]
        if not self.may_go_to(host):
            message = f"it leads to {host}, which is no public address"
            raise NotPublic(message)
        return _socket(address)


def _socket(address: Any) -> socket.socket:
    family, kind, protocol, _, _ = address
    return socket.socket(family, kind, protocol)
