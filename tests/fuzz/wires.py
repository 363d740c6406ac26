"""How packets get to a server and replies back: one class a transport, all with the same three
methods.

Rule: nothing here waits. A batch is small enough for the kernel's buffers, so a send never blocks.
"""

import contextlib
import socket
import ssl
import struct
from collections.abc import Callable
from typing import Protocol

Address = tuple[str, int]


class Wire(Protocol):
    """A client's end. `stream` says whether replies may be of any size."""

    stream: bool

    def fileno(self) -> int: ...

    def send(self, packets: list[bytes]) -> None:
        """Pass on whole packets, as they are."""

    def receive(self) -> list[bytes]:
        """The replies that are there. ConnectionError when no more will come."""

    def close(self) -> None: ...


class Datagrams:
    """UDP: a packet is a datagram."""

    stream = False

    def __init__(self, address: Address) -> None:
        self._sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self._sock.setblocking(False)
        self._sock.connect(address)

    def fileno(self) -> int:
        return self._sock.fileno()

    def send(self, packets: list[bytes]) -> None:
        for packet in packets:
            self._sock.send(packet)

    def receive(self) -> list[bytes]:
        replies = []
        with contextlib.suppress(BlockingIOError):
            while True:
                replies.append(self._sock.recv(65_535))
        return replies

    def close(self) -> None:
        self._sock.close()


class Stream:
    """TCP: each packet with its length before it (RFC 1035 section 4.2.2); TLS with a context."""

    stream = True

    def __init__(self, address: Address, tls: ssl.SSLContext | None = None) -> None:
        self._sock = socket.create_connection(address, 10)
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls is not None:
            self._sock = tls.wrap_socket(self._sock, server_hostname="blocker.example")
        self._sock.setblocking(False)
        self._unread = bytearray()

    def fileno(self) -> int:
        return self._sock.fileno()

    def send(self, packets: list[bytes]) -> None:
        self.send_octets(b"".join(struct.pack(">H", len(each)) + each for each in packets))

    def send_octets(self, octets: bytes) -> None:
        """Any octets, whole messages or not."""
        self._sock.settimeout(10)
        self._sock.sendall(octets)
        self._sock.setblocking(False)

    def receive(self) -> list[bytes]:
        # Many small replies fill the server's window until the kernel cares to acknowledge them.
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        unread, replies, at = self._unread, [], 0
        with contextlib.suppress(BlockingIOError, ssl.SSLWantReadError):
            while octets := self._sock.recv(65_536):
                unread += octets
            raise ConnectionError("closed by the server")
        while len(unread) >= at + 2:
            end = at + 2 + (unread[at] << 8 | unread[at + 1])
            if len(unread) < end:
                break
            replies.append(bytes(unread[at + 2 : end]))
            at = end
        del unread[:at]
        return replies

    def close(self) -> None:
        self._sock.close()


def opener(transport: str, address: Address) -> Callable[[], Wire]:
    """What opens a wire of this transport."""
    if transport == "udp":
        return lambda: Datagrams(address)
    if transport == "tcp":
        return lambda: Stream(address)
    if transport == "tls":
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        return lambda: Stream(address, trusting)
    message = f"no transport is called {transport}"
    raise ValueError(message)
