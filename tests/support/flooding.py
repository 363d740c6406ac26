"""Clients that ask for far more than they read, and what that costs everyone else.

Rule: what is measured is the process of the test, where the server is; the flood has its own.
"""

import asyncio
import socket
import ssl
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Final

from hpack import Encoder

from blocker.core.engine import Engine, Forward
from blocker.listen import frames, udp
from blocker.listen.connections import Listener
from blocker.listen.dot import DotListener
from blocker.listen.https import HttpsListener
from blocker.listen.stream import StreamListener
from tests.support import http1
from tests.support.encrypted import served, server
from tests.support.http2 import GET
from tests.support.listening import Late, bound, clock, datagrams, engine, exchange, framed
from tests.support.packets import TXT, header, query, wire

LARGE: Final = query("large.example", TXT, packet_id=0)
CONTROL: Final = query("blocked.example")
TEXT: Final = b"\xfa" + bytes(250)
OCTETS: Final = 60_000  # of the answer


@dataclass
class Cost:
    """The slowest answer to anybody else in seconds, and how many octets this process grew."""

    seconds: float = 0.0
    octets: int = 0


async def cost_of(transport: str, floods: int, count: int, seconds: float) -> Cost:
    """While as many connections ask for the large answer, `count` times each, and read nothing."""
    behind = Late(engine())
    learn(behind.engine)
    async with (
        listening(transport, behind) as listener,
        asking(behind) as ask,
        flooding(transport, listener, floods, count) as begin,
    ):
        await ask()
        cost, before = Cost(), resident()
        begin()
        until = clock() + seconds
        while clock() < until:
            cost.seconds = max(cost.seconds, await ask())
            cost.octets = max(cost.octets, resident() - before)
    return cost


@asynccontextmanager
async def flooding(
    transport: str, listener: Listener, floods: int, count: int
) -> AsyncIterator[Callable[[], None]]:
    """Another process, connected; what is given has it begin."""
    port = listener.socket.getsockname()[1]
    command = [sys.executable, "-m", "tests.support.flooding", transport, port, floods, count]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*map(str, command), stdin=pipe, stdout=pipe)
    assert process.stdin is not None
    assert process.stdout is not None
    assert await process.stdout.readline() == b"connected\n"
    try:
        yield partial(process.stdin.write, b"begin\n")
    finally:
        process.kill()
        await process.wait()


def flood(transport: str, port: int, floods: int, count: int) -> None:
    """What that process does, until it is ended."""
    octets = b"".join(flood_of(transport, count))
    connected = []
    for _ in range(floods):
        sock = socket.create_connection(("127.0.0.1", port))
        if transport != "tcp":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # it is of no matter
            context.set_alpn_protocols([transport])
            sock = context.wrap_socket(sock)
        connected.append(sock)
    print("connected", flush=True)
    sys.stdin.readline()
    for sock in connected:
        Thread(target=sock.sendall, args=(octets,), daemon=True).start()
    sys.stdin.read()


def flood_of(transport: str, count: int) -> list[bytes]:
    """The large answer asked for `count` times; in HTTP/1.1 behind one that never comes."""
    packets = [LARGE] * count
    if transport == "http/1.1":
        return list(map(http1.get, [query("never.example"), *packets]))
    if transport != "h2":
        return list(map(framed, packets))
    encoder, largest = Encoder(), frames.LARGEST_WINDOW
    opening = frames.settings((frames.INITIAL_WINDOW_SIZE, largest))
    more = frames.number(largest - frames.FIRST_WINDOW)
    asked = [frames.PREFACE, opening, frames.frame(frames.WINDOW_UPDATE, 0, 0, more)]
    for number, packet in enumerate(packets):
        path = http1.get(packet).split(maxsplit=2)[1].decode()
        block = encoder.encode([*GET, (":path", path)])
        flags = frames.END_HEADERS | frames.END_STREAM
        asked.append(frames.frame(frames.HEADERS, flags, 2 * number + 1, block))
    return asked


def learn(engine: Engine) -> None:
    """The large answer, as from an upstream; from then on it is in the cache."""
    forward = engine.on_stream_query(LARGE, "127.0.0.1", clock())
    assert isinstance(forward, Forward)
    texts = TEXT * (OCTETS // len(TEXT))
    record = b"\xc0\x0c\x00\x10\x00\x01\x00\x00\x0e\x10" + len(texts).to_bytes(2, "big") + texts
    head = header(packet_id=0, flags=0x8180, counts=(1, 1, 0, 0))
    message = head + wire("large.example") + b"\x00\x10\x00\x01" + record
    assert engine.on_response(forward.query, message, clock()) is not None


@asynccontextmanager
async def listening(transport: str, behind: Late) -> AsyncIterator[Listener]:
    made: Listener
    basis = (bound(), behind.engine, behind, clock)
    if transport == "tcp":
        made = StreamListener(*basis)
    else:
        made = (DotListener if transport == "dot" else HttpsListener)(*basis, server([transport]))
    async with served(made):
        books = asyncio.ensure_future(keep_books(behind.engine))
        try:
            yield made
        finally:
            books.cancel()


async def keep_books(engine: Engine) -> None:
    """As often as a worker does."""
    while True:
        await asyncio.sleep(0.2)
        engine.tally.rows.turn(int(clock()))
        for journal in engine.journals:
            while journal.fold():  # noqa: ASYNC110 - this is not waiting but giving way
                await asyncio.sleep(0)


@asynccontextmanager
async def asking(behind: Late) -> AsyncIterator[Callable[[], Awaitable[float]]]:
    """What asks by a datagram after a moment, and says how many seconds that took."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        made = udp.listener(sock, behind.engine, behind, clock)
        made.start()

        async def ask() -> float:
            due = time.monotonic() + 0.01
            await asyncio.sleep(0.01)  # what holds this up would hold up the question
            with suppress(TimeoutError):  # which shows in the time
                await exchange(asker, CONTROL, sock.getsockname())
            return time.monotonic() - due

        async with datagrams() as asker:
            try:
                yield ask
            finally:
                made.stop()


def resident() -> int:
    """Octets of memory that this process takes."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096


if __name__ == "__main__":
    flood(sys.argv[1], *map(int, sys.argv[2:]))
