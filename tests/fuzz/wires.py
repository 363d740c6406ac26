"""How packets get to a server and replies back: one class a transport, all with the same three
methods.

Rule: nothing here waits. A batch is small enough for the kernel's buffers, so a send never blocks.
"""

import contextlib
import socket
import ssl
import struct
from random import Random
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

    def break_off(self, random: Random) -> None:
        """Say something unfinished, at last."""

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

    def break_off(self, random: Random) -> None:
        """A datagram is always whole."""

    def receive(self) -> list[bytes]:
        replies = []
        with contextlib.suppress(BlockingIOError):
            while True:
                replies.append(self._sock.recv(65_535))
        return replies

    def close(self) -> None:
        self._sock.close()


class Connected:
    """TCP, or TLS with a context: octets in both directions."""

    def __init__(self, address: Address, tls: ssl.SSLContext | None = None) -> None:
        self._sock = socket.create_connection(address, 10)
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls is not None:
            self._sock = tls.wrap_socket(self._sock, server_hostname="dns.home.example")
        self._sock.setblocking(False)
        self._unread = bytearray()

    def fileno(self) -> int:
        return self._sock.fileno()

    def send_octets(self, octets: bytes) -> None:
        """Any octets, whole messages or not."""
        self._sock.settimeout(10)
        self._sock.sendall(octets)
        self._sock.setblocking(False)

    def read(self) -> bytearray:
        """All that is unread by now; what is taken from it is to be deleted. ConnectionError when
        no more will come.
        """
        # Many small replies fill the server's window until the kernel cares to acknowledge them.
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        with contextlib.suppress(BlockingIOError, ssl.SSLWantReadError):
            while octets := self._sock.recv(65_536):
                self._unread += octets
            raise ConnectionError("closed by the server")
        return self._unread

    def close(self) -> None:
        self._sock.close()


class Stream(Connected):
    """Each packet with its length before it (RFC 1035 section 4.2.2)."""

    stream = True

    def send(self, packets: list[bytes]) -> None:
        self.send_octets(b"".join(struct.pack(">H", len(each)) + each for each in packets))

    def break_off(self, random: Random) -> None:
        """The beginning of a message, as the last thing that is said."""
        self.send_octets(struct.pack(">H", random.randrange(65_536)) + random.randbytes(9))

    def receive(self) -> list[bytes]:
        unread, replies, at = self.read(), [], 0
        while len(unread) >= at + 2:
            end = at + 2 + (unread[at] << 8 | unread[at + 1])
            if len(unread) < end:
                break
            replies.append(bytes(unread[at + 2 : end]))
            at = end
        del unread[:at]
        return replies
