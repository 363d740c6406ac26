"""DNS over TCP (RFC 7766): many questions on one connection, each answered when it can be, and
bounds on what one client may hold.
"""

import socket
import struct
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import pytest

from tests.conformance.serving import BLOCKED, Served, framed, received
from tests.support.packets import query

MANY = 10_000
CONNECTIONS = 32  # of one client
DEADLINE = 10.0  # seconds for a message to be whole
HURRY = 3.0  # within this, another client has its answer whatever one does


def ids(sock: socket.socket, count: int) -> list[int]:
    """The ids of the next replies, in the order they come."""
    found = []
    for _ in range(count):
        reply = received(sock)
        assert reply is not None
        found.append(int.from_bytes(reply[:2], "big"))
    return found


def answers_soon(served: Served) -> None:
    before = time.monotonic()
    assert served.send(query(BLOCKED)) is not None
    assert time.monotonic() - before < HURRY


def test_p101_answers_come_out_of_order(served: Served) -> None:
    # Section 6.2.1.1: two questions in one segment, the slower first.
    served.upstream.on("slow.stream.example", "delay:0.7")
    with served.connection() as sock:
        sock.sendall(
            framed(query("slow.stream.example", packet_id=1))
            + framed(query("fast.stream.example", packet_id=2))
        )
        assert ids(sock, 2) == [2, 1]


def test_w041_questions_need_not_wait_for_answers(served: Served) -> None:
    with served.connection() as sock:
        for number in range(3):
            sock.sendall(framed(query(f"n{number}.stream.example", packet_id=number)))
        assert sorted(ids(sock, 3)) == [0, 1, 2]


@pytest.mark.parametrize("size", [1, 3])
def test_a_message_may_come_in_pieces(served: Served, size: int) -> None:
    # Section 8: octet by octet, the length's own among them.
    packet = framed(query("pieces.stream.example", packet_id=7))
    with served.connection() as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for at in range(0, len(packet), size):
            sock.sendall(packet[at : at + size])
            time.sleep(0.002)
        assert ids(sock, 1) == [7]


def test_p105_a_client_may_close_its_half_after_asking(served: Served) -> None:
    # Section 6.2.4.
    served.upstream.on("half.stream.example", "delay:0.3")
    with served.connection() as sock:
        sock.sendall(
            framed(query("half.stream.example", packet_id=1)) + framed(query(BLOCKED, packet_id=2))
        )
        sock.shutdown(socket.SHUT_WR)
        assert ids(sock, 2) == [2, 1]
        assert sock.recv(1) == b""


def test_p106_many_questions_on_one_connection(served: Served) -> None:
    question = query(BLOCKED)[2:]
    with served.connection(30) as sock, ThreadPoolExecutor(1) as pool:
        asking = pool.submit(
            sock.sendall,
            b"".join(framed(number.to_bytes(2, "big") + question) for number in range(MANY)),
        )
        assert ids(sock, MANY) == list(range(MANY))
        asking.result()
    answers_soon(served)


@pytest.mark.parametrize("packet", [b"", b"\x00\x07", query(BLOCKED)[:11]], ids=len)
def test_a_message_too_short_to_be_one_harms_nobody(served: Served, packet: bytes) -> None:
    with served.connection() as sock:
        sock.sendall(framed(packet))
        sock.sendall(framed(query(BLOCKED, packet_id=3)))
        assert ids(sock, 1) == [3]


@contextmanager
def connections(served: Served, count: int) -> Iterator[list[socket.socket]]:
    with ExitStack() as stack:
        yield [stack.enter_context(served.connection()) for _ in range(count)]


def test_w043_one_client_has_so_many_connections(served: Served) -> None:
    with connections(served, CONNECTIONS + 8) as socks:
        answered = 0
        for sock in socks:
            try:
                sock.sendall(framed(query(BLOCKED)))
                answered += received(sock) is not None
            except ConnectionError:
                continue
        assert 0 < answered <= CONNECTIONS
        other = socket.create_connection(
            ("127.0.0.1", served.server.port), 6, source_address=("127.0.0.40", 0)
        )
        with other:
            other.sendall(framed(query(BLOCKED, packet_id=9)))
            assert ids(other, 1) == [9]


def test_w044_a_client_that_is_gone_harms_nobody(served: Served) -> None:
    for number in range(20):
        name = f"gone{number}.stream.example"
        served.upstream.on(name, "delay:0.2")
        with served.connection() as sock:
            sock.sendall(framed(query(name)))
            if number % 2:  # with a reset
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    time.sleep(0.3)
    answers_soon(served)
    assert "Traceback" not in served.server.log.read_text()
