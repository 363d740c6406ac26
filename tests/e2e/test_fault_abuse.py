"""Who asks too much, too slowly, over too many connections, or for names made up.

Real sockets, clients at loopback addresses of their own: what they do may cost others nothing.
"""

import contextlib
import os
import random
import resource
import select
import signal
import socket
import struct
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.support.blocker import BLOCKED, Blocker, blocker
from tests.support.packets import query
from tests.support.servers import unbound
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.timeout(180)  # these make work for a slow machine
PIPELINED = 10_000
A_CLIENT = 32  # connections
WHOLE = 5.0  # seconds for a message
UNREAD = 10.0  # seconds for replies that are not taken
FEW = 300  # descriptors
POPULAR, MADE_UP = 300, 80_000
CACHE = 4  # MiB: a tenth of what these names would take
GROWN = 48  # MiB: the cache, and what is on its way to the query log


def framed(packet: bytes) -> bytes:
    return struct.pack(">H", len(packet)) + packet


def connected(server: Blocker, address: str = "127.0.0.1") -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), 5, source_address=(address, 0))


def message(sock: socket.socket) -> bytes:
    with sock.makefile("rb") as file:
        return file.read(int.from_bytes(file.read(2), "big"))


def is_served(sock: socket.socket) -> bool:
    """Whether a question on this connection is answered; not: it was closed."""
    with contextlib.suppress(OSError):
        sock.sendall(framed(query(BLOCKED)))
        return bool(message(sock))
    return False


def is_closed(sock: socket.socket) -> bool:
    if not select.select([sock], [], [], 0)[0]:
        return False
    try:
        return not sock.recv(1)
    except OSError:
        return True


def metric(server: Blocker, name: str) -> float:
    server.wait_until_ready()
    for line in server.http("GET", "/metrics").body.decode().splitlines():
        if line.startswith(f"{name} "):
            return float(line.split()[1])
    raise AssertionError(name)


def test_connections_that_ask_much_slowly_or_not_at_all(tmp_path: Path) -> None:
    with ScriptedUpstream() as upstream, blocker(tmp_path, upstreams=[upstream.url]) as server:
        with connected(server, "127.0.0.30") as slow, lazy_reader(server) as lazy:
            begun = time.monotonic()
            pipelined(server)
            close_before_the_answer(server, upstream)
            too_many_from_one_client(server)
            drip(server, slow, begun)
            server.wait_until(lambda: is_gone(lazy), UNREAD + 3)
        assert server.address() == "0.0.0.0"
        assert "Traceback" not in server.log.read_text()


def pipelined(server: Blocker) -> None:
    """Ten thousand questions at once, every other for an upstream."""
    names = [BLOCKED if number % 2 else f"n{number % 100}.example" for number in range(PIPELINED)]
    asked = b"".join(framed(query(name, packet_id=number)) for number, name in enumerate(names))
    with connected(server) as sock:
        received, sent = bytearray(), 0
        answered: set[int] = set()
        while len(answered) < PIPELINED:
            writable = [sock] if sent < len(asked) else []
            readable, writable, _ = select.select([sock], writable, [], 10)
            if writable:
                sent += sock.send(asked[sent : sent + 65_536])
            if readable:
                received += sock.recv(1 << 20)
            while len(received) >= 2 and len(received) >= (
                end := 2 + int.from_bytes(received[:2], "big")
            ):
                answered.add(int.from_bytes(received[2:4], "big"))
                del received[:end]
            assert readable or writable


def close_before_the_answer(server: Blocker, upstream: ScriptedUpstream) -> None:
    upstream.on("slow.example", "delay:0.5")
    for _ in range(50):
        with connected(server, "127.0.0.31") as sock:
            sock.sendall(framed(query("slow.example")) * 20)
    server.wait_until(lambda: bool(upstream.asked("slow.example")))
    server.wait_until(lambda: server.address("slow.example") == "192.0.2.80")


def too_many_from_one_client(server: Blocker) -> None:
    with ExitStack() as stack:
        crowd = [stack.enter_context(connected(server, "127.0.0.32")) for _ in range(A_CLIENT + 8)]
        assert [is_served(sock) for sock in crowd] == [True] * A_CLIENT + [False] * 8
        assert is_served(stack.enter_context(connected(server, "127.0.0.33")))
    server.wait_until(lambda: metric(server, "blocker_connections_refused_total") >= 8)


def drip(server: Blocker, slow: socket.socket, begun: float) -> None:
    """An octet now and then of a message that is never whole."""
    slow.sendall(b"\xff\xff")
    while not is_closed(slow):
        with contextlib.suppress(OSError):
            slow.send(b"x")
        time.sleep(0.2)
        assert server.address() == "0.0.0.0"
        assert time.monotonic() - begun < WHOLE + 10


@contextmanager
def lazy_reader(server: Blocker) -> Iterator[socket.socket]:
    """Asks and asks, and never takes what it gets."""
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        sock.bind(("127.0.0.34", 0))
        sock.connect(("127.0.0.1", server.port))
        sock.setblocking(False)
        question = framed(query(BLOCKED))
        until = time.monotonic() + 5
        with contextlib.suppress(BlockingIOError):
            while time.monotonic() < until:
                sock.send(question * 1_000)
        yield sock


def is_gone(sock: socket.socket) -> bool:
    try:
        sock.send(b"\x00")
    except BlockingIOError:
        return False
    except OSError:
        return True
    return False


def test_without_descriptors_connections_wait_and_datagrams_do_not(tmp_path: Path) -> None:
    with (
        ScriptedUpstream() as upstream,
        blocker(tmp_path, upstreams=[upstream.url]) as server,
        ExitStack() as stack,
    ):
        worker = with_few_descriptors(server)
        names = iter(range(1_000_000))
        assert server.address(f"n{next(names)}.example") == "192.0.2.80"
        crowd = [
            stack.enter_context(connected(server, f"127.0.0.{40 + number % 10}"))
            for number in range(FEW)
        ]
        served = sum(map(is_served, crowd))
        assert 32 < served < FEW  # and the rest were told so
        for _ in range(200):
            assert server.address(f"n{next(names)}.example") == "192.0.2.80"
        limits = resource.prlimit(worker, resource.RLIMIT_NOFILE, (20, FEW))
        waiting = stack.enter_context(connected(server, "127.0.0.60"))
        waiting.sendall(framed(query(BLOCKED)))
        server.wait_until(lambda: "connections wait: too many open files" in server.log.read_text())
        for _ in range(200):
            assert server.address(f"n{next(names)}.example") == "192.0.2.80"
        for sock in crowd:
            sock.close()
        resource.prlimit(worker, resource.RLIMIT_NOFILE, limits)
        assert message(waiting)
        assert is_served(stack.enter_context(connected(server)))
        assert "Traceback" not in server.log.read_text()


def with_few_descriptors(server: Blocker) -> int:
    """The worker has them from its supervisor, so it is a new one."""
    resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (FEW, FEW))
    worker = server.children()["worker0"]
    os.kill(worker, signal.SIGKILL)
    return server.successor("worker0", worker)


def test_made_up_names_push_out_no_popular_ones_and_take_no_memory(tmp_path: Path) -> None:
    (tmp_path / "upstream").mkdir()
    with (
        unbound(tmp_path / "upstream") as upstream,
        blocker(
            tmp_path, upstreams=[upstream.url], extra=f"cache: {{size: {CACHE}MiB}}\n"
        ) as server,
    ):
        popular = [f"popular{number}.flood.example" for number in range(POPULAR)]
        for _ in range(3):
            assert ask_all(server, popular) == POPULAR
        server.wait_until(lambda: metric(server, "blocker_cache_hits_total") == 2 * POPULAR)
        before = pss(server)
        chance = random.Random(6)
        made_up = (f"{chance.randbytes(6).hex()}.flood.example" for _ in range(MADE_UP))
        assert ask_all(server, made_up) == MADE_UP
        server.wait_until(lambda: metric(server, "blocker_cache_misses_total") == POPULAR + MADE_UP)
        assert metric(server, "blocker_cache_evictions_total") > MADE_UP / 2
        assert pss(server) - before < GROWN << 20
        assert ask_all(server, popular) == POPULAR
        server.wait_until(
            lambda: metric(server, "blocker_cache_hits_total") >= 2 * POPULAR + 0.99 * POPULAR
        )


def ask_all(server: Blocker, names: Iterable[str], at_a_time: int = 100) -> int:
    """How many were answered with an address."""
    answered = waiting = 0
    with server.client(seconds=5) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        for name in names:
            sock.send(query(name))
            waiting += 1
            if waiting >= at_a_time:
                answered += sock.recv(512)[7]
                waiting -= 1
        return answered + sum(sock.recv(512)[7] for _ in range(waiting))


def pss(server: Blocker) -> int:
    """Octets of all processes."""
    total = 0
    for pid in (server.pid, *server.child_pids()):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1]) << 10
    return total
