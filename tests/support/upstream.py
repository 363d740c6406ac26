"""A resolver that does as it is told: real UDP and TCP sockets on loopback, a script per name.

    with ScriptedUpstream() as upstream:
        upstream.on("a.example", "drop", "answer")    # the first question is dropped, then answered
        upstream.on("b.example", "wrong-id+answer")   # both packets to the first question
        upstream.on("c.example", saying("c.example 60 A 192.0.2.7"))    # these very records

Each question takes the next step of its name's script; the last step stays. Over TCP a name has a
script of its own (`on_tcp`); without one it is answered. What arrives is kept in `log`.
"""

import contextlib
import heapq
import itertools
import random
import selectors
import socket
import struct
import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from tests.support.steps import HEADER, Step, messages


@dataclass(frozen=True)
class Asked:
    """One query that arrived. `packet` has all of it: flags, letters' case, and its OPT record."""

    time: float
    transport: str
    port: int
    packet_id: int
    question: bytes
    opt: bool
    packet: bytes

    @property
    def name(self) -> str:
        return text_of(self.question)


def text_of(question: bytes) -> str:
    labels, at = [], 0
    while length := question[at]:
        labels.append(question[at + 1 : at + 1 + length].decode("latin-1"))
        at += length + 1
    return ".".join(labels)


class ScriptedUpstream:
    """Listens on one port of 127.0.0.1, for UDP and, unless told otherwise, TCP. `carries` is how
    many answers it gives on one connection.
    """

    def __init__(self, *, tcp: bool = True, port: int = 0, carries: int = 1_000_000) -> None:
        self.log: list[Asked] = []
        self.connections = 0
        self._carries = carries
        self._carried: defaultdict[socket.socket, int] = defaultdict(int)
        self._scripts: dict[tuple[str, str], list[Step]] = {}
        self._default = "answer"
        self._lost, self._chance = 0.0, random.Random()
        self._selector = selectors.DefaultSelector()
        self._later: list[tuple[float, int, int, bytes, socket.socket, Any]] = []  # a heap
        self._numbers = itertools.count()
        self._taken: defaultdict[tuple[str, str], int] = defaultdict(int)
        self._udp, self._tcp = _bound(port, tcp=tcp)
        self.port: int = self._udp.getsockname()[1]
        self._stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._stranger.bind(("127.0.0.1", 0))
        self._wake, self._woken = socket.socketpair()
        self._streams: dict[socket.socket, bytearray] = {}
        self._mute: set[socket.socket] = set()
        self._running = True
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def url(self) -> str:
        return f"udp://127.0.0.1:{self.port}"

    @property
    def tcp_url(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    def on(self, name: str, *steps: Step) -> None:
        self._scripts["udp", name] = list(steps)

    def on_tcp(self, name: str, *steps: Step) -> None:
        self._scripts["tcp", name] = list(steps)

    def on_both(self, name: str, *steps: Step) -> None:
        self.on(name, *steps)
        self.on_tcp(name, *steps)

    def always(self, step: str) -> None:
        """What is done with a name that has no script."""
        self._default = step

    def lose(self, share: float, seed: int) -> None:
        """Of the questions in datagrams so many, as if lost on the way: the same at each run."""
        self._lost, self._chance = share, random.Random(seed)

    def asked(self, name: str, transport: str = "") -> list[Asked]:
        return [
            one for one in self.log if one.name.lower() == name and transport in ("", one.transport)
        ]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        if self._running:
            self._running = False
            with contextlib.suppress(OSError):  # it may have looked just now, and be through
                self._wake.send(b"x")
            self._thread.join(5)

    def close_connections(self) -> None:
        """What a server does with idle ones."""
        self._wake.send(b"c")

    def _run(self) -> None:
        select = self._selector
        select.register(self._udp, selectors.EVENT_READ, self._datagram)
        select.register(self._woken, selectors.EVENT_READ, self._told)
        if self._tcp is not None:
            select.register(self._tcp, selectors.EVENT_READ, self._accept)
        while self._running:
            self._send_what_is_due()
            now = time.monotonic()
            due = self._later[0][0] if self._later else now + 1
            for key, _ in select.select(max(0.0, due - now)):
                key.data(key.fileobj)
        for sock in (self._udp, self._tcp, self._stranger, self._wake, self._woken, *self._streams):
            if sock is not None:
                sock.close()
        select.close()

    def _told(self, sock: socket.socket) -> None:
        if b"c" in sock.recv(64):
            for stream in tuple(self._streams):
                self._hang_up(stream)

    def _datagram(self, sock: socket.socket) -> None:
        packet, peer = sock.recvfrom(4096)
        self._play("udp", packet, sock, peer)

    def _accept(self, sock: socket.socket) -> None:
        stream, _ = sock.accept()
        self.connections += 1
        self._streams[stream] = bytearray()
        self._selector.register(stream, selectors.EVENT_READ, self._stream)

    def _stream(self, sock: socket.socket) -> None:
        try:
            octets = sock.recv(65536)
        except OSError:
            octets = b""
        if not octets:
            self._hang_up(sock)
            return
        unread = self._streams[sock]
        unread += octets
        while len(unread) >= 2 and len(unread) >= 2 + (size := int.from_bytes(unread[:2], "big")):
            packet = bytes(unread[2 : 2 + size])
            del unread[: 2 + size]
            self._play("tcp", packet, sock, sock.getpeername())
            if sock not in self._streams:
                return  # that was what it hung up on

    def _hang_up(self, sock: socket.socket) -> None:
        if self._streams.pop(sock, None) is not None:
            self._selector.unregister(sock)
            sock.close()

    def _play(self, transport: str, packet: bytes, sock: socket.socket, peer: Any) -> None:
        end = packet.index(b"\x00", HEADER) + 5
        question = packet[HEADER:end]
        port, number = peer[1], int.from_bytes(packet[:2], "big")
        opt = packet[10:12] != b"\x00\x00"
        now = time.monotonic()
        self.log.append(Asked(now, transport, port, number, question, opt, packet))
        if transport == "udp" and self._chance.random() < self._lost:
            return
        key = transport, text_of(question).lower()
        default = self._default if transport == "udp" else "answer"
        script: list[Step] = self._scripts.get(key, [default])
        step = script[min(self._taken[key], len(script) - 1)]
        self._taken[key] += 1
        if callable(step):
            for message in step(packet[:2], question):
                self._schedule(now, 0, message, sock, peer)
            return
        for order, action in enumerate(step.split("+")):
            verb, _, argument = action.partition(":")
            if verb == "drop" or sock in self._mute:
                continue
            if verb == "mute":  # from now on this connection is there, but says nothing
                self._mute.add(sock)
                continue
            if verb in ("close", "reset"):
                if verb == "reset":
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self._hang_up(sock)
                return
            at = now + float(argument) if verb == "delay" else now
            for message in messages(verb, argument, packet[:2], question, opt=opt):
                origin = self._stranger if verb == "wrong-port" else sock
                self._schedule(at, order, message, origin, peer)

    def _schedule(
        self, at: float, order: int, message: bytes, sock: socket.socket, peer: Any
    ) -> None:
        heapq.heappush(self._later, (at, order, next(self._numbers), message, sock, peer))

    def _send_what_is_due(self) -> None:
        now = time.monotonic()
        while self._later and self._later[0][0] <= now:
            _, _, _, message, sock, peer = heapq.heappop(self._later)
            with contextlib.suppress(OSError):
                if sock in self._streams:
                    sock.sendall(struct.pack(">H", len(message)) + message)
                    self._carried[sock] += 1
                    if self._carried[sock] >= self._carries:
                        self._hang_up(sock)
                else:
                    sock.sendto(message, peer)


def _bound(port: int, *, tcp: bool) -> tuple[socket.socket, socket.socket | None]:
    """A UDP and a TCP socket on the same port; tried again when the kernel's pick is half taken."""
    for _ in range(20):
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", port))
        if not tcp:
            return udp, None
        stream = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            stream.bind(udp.getsockname())
        except OSError:
            udp.close()
            stream.close()
            continue
        stream.listen()
        return udp, stream
    message = "no port is free for both UDP and TCP"
    raise OSError(message)
