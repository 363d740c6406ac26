"""The upstream of both resolvers, and a client of both, in one loop.

Rule: it answers whoever asks by the script that the name says. Scripts in APART are asked for at an
address of their own, for resolvers remember what a server is like.
"""

import contextlib
import selectors
import socket
import struct
import time
from collections.abc import Mapping
from typing import Any, Final

from tests.differential.answers import Said, asked_of, message
from tests.differential.scripts import APART, SCRIPTS
from tests.support.ports import free_port

ADDRESSES: Final = {script: f"127.0.1.{number}" for number, script in enumerate(APART, 1)}
MAIN: Final = "127.0.0.1"
PATIENCE: Final = 20.0  # seconds; Unbound does not give up soon


class Loop:
    """Sockets of the upstream and of the client. `port` is the upstream's, at all its addresses."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._unread: dict[socket.socket, bytearray] = {}
        self._sockets: list[socket.socket] = []
        self.port = free_port()
        for address in (MAIN, *ADDRESSES.values()):
            self._bind(address, self.port)

    def close(self) -> None:
        for sock in (*self._sockets, *self._unread):
            sock.close()
        self._selector.close()

    def exchange(
        self, packets: Mapping[int, bytes], ports: Mapping[str, int]
    ) -> tuple[dict[tuple[str, int], bytes], float]:
        """Ask every server every packet, by a number that becomes its id: the replies by server and
        number, and how long it took. One that is missing did not come.
        """
        clients = {server: self._client(port) for server, port in ports.items()}
        replies: dict[tuple[str, int], bytes] = {}
        began = time.monotonic()
        for number, packet in packets.items():
            for client in clients.values():
                client.send(number.to_bytes(2, "big") + packet[2:])
        wanted = len(packets) * len(clients)
        while len(replies) < wanted and time.monotonic() < began + PATIENCE:
            self.turn(0.2)
            for server, client in clients.items():
                with contextlib.suppress(BlockingIOError):
                    while reply := client.recv(65_535):
                        replies[server, int.from_bytes(reply[:2], "big")] = reply
        for client in clients.values():
            self._selector.unregister(client)
            client.close()
        return replies, time.monotonic() - began

    def turn(self, seconds: float) -> None:
        """Let the upstream answer what waits."""
        for key, _ in self._selector.select(seconds):
            if key.data is not None:
                key.data(key.fileobj)

    def _client(self, port: int) -> socket.socket:
        client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        client.setblocking(False)
        client.connect((MAIN, port))
        self._selector.register(client, selectors.EVENT_READ)
        return client

    def _bind(self, address: str, port: int) -> None:
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        udp.bind((address, port))
        tcp.bind((address, port))
        tcp.listen(64)
        for sock, on in ((udp, self._datagrams), (tcp, self._accept)):
            sock.setblocking(False)
            self._sockets.append(sock)
            self._selector.register(sock, selectors.EVENT_READ, on)

    def _datagrams(self, sock: socket.socket) -> None:
        with contextlib.suppress(BlockingIOError):
            while True:
                packet, peer = sock.recvfrom(4096)
                with contextlib.suppress(OSError):  # the port that asked is closed by now
                    sock.sendto(_answer(packet, stream=False), peer)

    def _accept(self, sock: socket.socket) -> None:
        stream, _ = sock.accept()
        stream.settimeout(5)
        self._unread[stream] = bytearray()
        self._selector.register(stream, selectors.EVENT_READ, self._stream)

    def _stream(self, sock: Any) -> None:
        try:
            octets = sock.recv(65_536)
        except OSError:
            octets = b""
        if not octets:
            self._selector.unregister(sock)
            del self._unread[sock]
            sock.close()
            return
        unread = self._unread[sock]
        unread += octets
        while len(unread) >= 2 and len(unread) >= 2 + (size := unread[0] << 8 | unread[1]):
            answer = _answer(bytes(unread[2 : 2 + size]), stream=True)
            del unread[: 2 + size]
            with contextlib.suppress(OSError):
                sock.sendall(struct.pack(">H", len(answer)) + answer)


def _answer(packet: bytes, *, stream: bool) -> bytes:
    asked = asked_of(packet)
    script = SCRIPTS.get(asked.script)
    return message(packet, script(asked) if script else Said(rcode=3), stream=stream)
