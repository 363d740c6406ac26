"""An upstream that lies: to each question some broken answers, and the honest one after them.

It stands beside its client in one loop, so a run has one order. Over TCP it breaks the framing too.
"""

import contextlib
import selectors
import socket
import struct
from collections import deque
from random import Random
from typing import Any, Final

from tests.fuzz.corpus import VICTIM, answer, plain_answer, question_of
from tests.fuzz.mutator import Mutator

HONEST_AGAIN: Final = (VICTIM, b"\x07control\x07example\x00")  # asked to see what lies have done


class LyingUpstream:
    """Answers over UDP and TCP on one port of 127.0.0.1, as `selector` says who asks.

    `sent` counts broken answers; until `most` are sent it lies, then never again. `last` holds some
    of them, the newest at the end.
    """

    def __init__(self, selector: selectors.BaseSelector, seed: int, most: int = 0) -> None:
        self.sent = 0
        self.most = most
        self.last: deque[bytes] = deque(maxlen=256)
        self._random = Random(seed)
        asked = VICTIM + b"\x00\x01\x00\x01"
        self._mutator = Mutator(self._random, [answer(self._random, asked) for _ in range(200)])
        self._selector = selector
        self._unread: dict[socket.socket, bytearray] = {}
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self._tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.port = self._bind()
        self._tcp.listen()
        for sock in (self._udp, self._tcp):
            sock.setblocking(False)
        selector.register(self._udp, selectors.EVENT_READ, self._datagrams)
        selector.register(self._tcp, selectors.EVENT_READ, self._accept)

    def close(self) -> None:
        for sock in (self._udp, self._tcp, *self._unread):
            self._selector.unregister(sock)
            sock.close()

    def _bind(self) -> int:
        """The same port over both; whom the kernel offers for one may be taken for the other."""
        self._udp.bind(("127.0.0.1", 0))
        port: int = self._udp.getsockname()[1]
        with contextlib.suppress(OSError):
            self._tcp.bind(("127.0.0.1", port))
            return port
        self._udp.close()
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        return self._bind()

    def _datagrams(self, sock: socket.socket) -> None:
        with contextlib.suppress(BlockingIOError):
            while True:
                packet, peer = sock.recvfrom(4096)
                for lie in self._lies(packet, self._random.choice((1, 2, 4, 8, 16))):
                    self._send(lie, peer)
                self._send(plain_answer(packet, question_of(packet)), peer)

    def _send(self, packet: bytes, peer: Any) -> None:
        with contextlib.suppress(OSError):  # the port that asked is closed by now
            self._udp.sendto(packet, peer)

    def _accept(self, sock: socket.socket) -> None:
        stream, _ = sock.accept()
        stream.setblocking(False)
        self._unread[stream] = bytearray()
        self._selector.register(stream, selectors.EVENT_READ, self._stream)

    def _stream(self, sock: socket.socket) -> None:
        try:
            octets = sock.recv(65_536)
        except OSError:
            octets = b""
        if not octets:
            self._hang_up(sock)
            return
        unread = self._unread[sock]
        unread += octets
        while len(unread) >= 2 and len(unread) >= 2 + (size := unread[0] << 8 | unread[1]):
            packet = bytes(unread[2 : 2 + size])
            del unread[: 2 + size]
            if not self._answer_on(sock, packet):
                return

    def _answer_on(self, sock: socket.socket, packet: bytes) -> bool:
        """Whether the connection is still there."""
        # After a lie with its id an honest answer is too late; so not always.
        lies = self._lies(packet, 1) if self._random.random() < 0.7 else []
        message = lies[0] if lies else plain_answer(packet, question_of(packet))
        length = len(message)
        broken = bool(lies) and self._random.random() < 0.01
        if broken:
            length = self._random.choice((0, 1, 11, length - 1, length + 1, 65_535)) & 0xFFFF
        try:
            sock.send(struct.pack(">H", length) + message[:65_535])
        except OSError:
            broken = True
        if broken:
            self._hang_up(sock)
        return not broken

    def _hang_up(self, sock: socket.socket) -> None:
        self._selector.unregister(sock)
        del self._unread[sock]
        sock.close()

    def _lies(self, packet: bytes, count: int) -> list[bytes]:
        asked = question_of(packet)
        if self.sent >= self.most or asked[:-4].lower() in HONEST_AGAIN:
            return []
        lies = [self._lie(packet, asked) for _ in range(min(count, self.most - self.sent))]
        self.sent += len(lies)
        self.last += lies
        return lies

    def _lie(self, packet: bytes, asked: bytes) -> bytes:
        """Nearly always with the right id and question, so that more than those is read."""
        random = self._random
        whole = packet[:2] + answer(random, asked)[2:]
        # Without the id nobody reads on: a time-out is all that comes of it.
        keep = 12 + len(asked) if random.random() < 0.9 else random.choice((0, 2, 2, 2))
        broken = bytearray(self._mutator.mutated(whole, keep))
        if keep > 2 and random.random() < 0.8:
            broken[2:3], broken[4:6] = bytes((0x81 | broken[2] & 0x04,)), b"\x00\x01"
        return bytes(broken[:65_000])
