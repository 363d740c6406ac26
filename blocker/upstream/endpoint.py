"""Where an upstream listens, and the sockets that lead there."""

import os
import socket
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import Any, Self

from blocker.datagrams import leave_whole


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address and port, written 192.0.2.53#53 as resolvers write it."""

    host: str
    port: int
    sockaddr: tuple[Any, ...]

    @classmethod
    def of(cls, host: str, port: int) -> Self:
        """ValueError when host is no address; a link-local one has a scope: fe80::1%eth0."""
        address = ip_address(host)
        if not isinstance(address, IPv6Address):
            return cls(host, port, (host, port))
        scope = address.scope_id
        index = 0
        if scope is not None:
            try:
                index = int(scope) if scope.isdecimal() else socket.if_nametoindex(scope)
            except OSError as error:
                message = f"this machine has no interface {scope}"
                raise ValueError(message) from error
        return cls(host, port, (host.partition("%")[0], port, 0, index))

    def __str__(self) -> str:
        return f"{self.host}#{self.port}"

    @property
    def family(self) -> socket.AddressFamily:
        return socket.AF_INET6 if ":" in self.host else socket.AF_INET

    def connected(self) -> socket.socket:
        """A UDP socket on a port the kernel drew, that hears nobody else. May raise OSError."""
        sock = self._socket(socket.SOCK_DGRAM)
        leave_whole(sock)
        try:
            sock.connect(self.sockaddr)
        except OSError:
            sock.close()
            raise
        return sock

    def stream(self) -> socket.socket:
        """A TCP socket, not yet connected."""
        sock = self._socket(socket.SOCK_STREAM)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock

    def _socket(self, kind: socket.SocketKind) -> socket.socket:
        sock = socket.socket(self.family, kind)
        sock.setblocking(False)
        return sock


class Unusable(OSError):
    """Why a server cannot be asked, where no error of the network says it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def reason_of(error: Exception) -> str:
    """Why the network would not, in a few words fit for a client to read."""
    if isinstance(error, Unusable):
        return error.reason
    # Of TLS. Its errors are OSErrors whose numbers are none of the system's.
    if said := getattr(error, "verify_message", "") or getattr(error, "reason", ""):
        return f"tls: {said.replace('_', ' ').lower()}"
    number = error.errno if isinstance(error, OSError) else None
    return os.strerror(number).lower() if number else "timeout"
