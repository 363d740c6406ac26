"""Listeners on loopback with a real engine behind them, and clients that ask them.

In the forwarder's place stands `Late`, which answers when a name's first label says so.
"""

import asyncio
import socket
import struct
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from blocker.core.engine import Engine, Forward, View
from blocker.listen.connections import CONNECTIONS
from blocker.listen.stream import StreamListener
from blocker.listen.udp import UdpListener, listener
from tests.support.packets import response
from tests.support.rules import policy, rule


class Late:
    """`late50.example` is answered after 50 ms, `held.example` when it is released, `never.example`
    never, all others at once.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.asked: list[Forward] = []
        self._held: list[tuple[Forward, Any, Any]] = []

    def ask(self, forward: Forward, transport: Any, address: Any) -> None:
        self.asked.append(forward)
        label = forward.query.name[1 : 1 + forward.query.name[0]].decode("latin-1")
        if label.startswith("late"):
            delay = int(label.removeprefix("late")) / 1000
            loop = asyncio.get_running_loop()
            loop.call_later(delay, self._answer, forward, transport, address)
        elif label == "held":
            self._held.append((forward, transport, address))
        elif label != "never":
            self._answer(forward, transport, address)

    def release(self) -> None:
        """Answer what is held; what is asked in consequence is held in turn."""
        held, self._held = self._held, []
        for each in held:
            self._answer(*each)

    def _answer(self, forward: Forward, transport: Any, address: Any) -> None:
        message = response(forward.query.question, f"{_text(forward)} 0 IN A 192.0.2.1")
        answer = self.engine.on_response(forward.query, message, clock())
        assert answer is not None
        transport.send(self.engine.reply(forward, answer, clock()), address)


def _text(forward: Forward) -> str:
    labels, at, name = [], 0, forward.query.name
    while length := name[at]:
        labels.append(name[at + 1 : at + 1 + length].decode())
        at += length + 1
    return ".".join(labels) + "."


def clock() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def engine() -> Engine:
    """One that blocks `blocked.example` and serves its home."""
    return Engine(View(policy(rule("blocked.example"))))


def fail_at(name: bytes, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the engine's policy raise what no caller expects, for names that hold these octets."""
    policy = next(iter(engine._admission.views.all)).policy
    asked = type(policy).match

    def match(self: Any, folded: bytes) -> Any:
        return asked(self, folded) if name not in folded else 1 // 0

    monkeypatch.setattr(type(policy), "match", match)


@asynccontextmanager
async def udp_listener(host: str = "127.0.0.1") -> AsyncIterator[tuple[UdpListener, Late]]:
    """A listener on a free port of `host`, and what stands behind it."""
    with socket.socket(_family(host), socket.SOCK_DGRAM) as sock:
        sock.bind((host, 0))
        behind = Late(engine())
        made = listener(sock, behind.engine, behind, clock)
        made.start()
        try:
            yield made, behind
        finally:
            made.stop()


@asynccontextmanager
async def stream_listener(
    host: str = "127.0.0.1", room: int = CONNECTIONS
) -> AsyncIterator[tuple[StreamListener, Late]]:
    """A listener on a free port of `host`, and what stands behind it."""
    behind = Late(engine())
    made = StreamListener(bound(host), behind.engine, behind, clock, room)
    await made.start()
    try:
        yield made, behind
    finally:
        made.stop()
        for connection in tuple(made.connections):
            connection.close_if_overdue(float("inf"))
        await asyncio.sleep(0)


def bound(host: str = "127.0.0.1") -> socket.socket:
    """A listening socket on a free port."""
    sock = socket.socket(_family(host), socket.SOCK_STREAM)
    sock.bind((host, 0))
    sock.listen()
    return sock


@asynccontextmanager
async def datagrams(host: str = "127.0.0.1") -> AsyncIterator[socket.socket]:
    """A client's socket."""
    with socket.socket(_family(host), socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        sock.bind((host, 0))
        yield sock


async def exchange(sock: socket.socket, packet: bytes, address: Any) -> tuple[bytes, Any]:
    """The reply to a packet, and where it came from."""
    loop = asyncio.get_running_loop()
    await loop.sock_sendto(sock, packet, address)
    async with asyncio.timeout(2):
        return await loop.sock_recvfrom(sock, 4096)


class Client:
    """A connection as a client has it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def send(self, *packets: bytes) -> None:
        self.writer.write(b"".join(framed(packet) for packet in packets))

    async def receive(self) -> bytes:
        async with asyncio.timeout(5):
            length = int.from_bytes(await self.reader.readexactly(2), "big")
            return await self.reader.readexactly(length)

    async def is_closed(self) -> bool:
        """Whether the server closes the connection without another octet, within two seconds."""
        async with asyncio.timeout(2):
            try:
                return await self.reader.read(1) == b""
            except ConnectionResetError:
                return True


@asynccontextmanager
async def connection(server: StreamListener) -> AsyncIterator[Client]:
    """A connection to a listener; in the end it is reset, as by a client that crashed."""
    host, port = server.socket.getsockname()[:2]
    reader, writer = await asyncio.open_connection(host, port)
    now = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, now)
    try:
        yield Client(reader, writer)
    finally:
        writer.transport.abort()
        await asyncio.sleep(0)


async def until(condition: Callable[[], object]) -> None:
    """What a listener notices a moment later."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - what is waited for is anything
            await asyncio.sleep(0.001)


def framed(packet: bytes) -> bytes:
    return len(packet).to_bytes(2, "big") + packet


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
