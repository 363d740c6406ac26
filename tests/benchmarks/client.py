"""A DNS client of few lines: asks over UDP, many questions at a time, and reads one address."""

import socket
import struct
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address

from tests.support.packets import A, question

WINDOW = 64  # questions under way; few enough for any server's socket
PATIENCE = 5.0  # seconds for an answer
_HEADER = struct.Struct(">6H")
_RECORD = struct.Struct(">HHHIH")  # a compressed owner, type, class, TTL, length


@contextmanager
def connected(port: int) -> Iterator[socket.socket]:
    """A socket of its own, so that a worker of its own may answer."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect(("127.0.0.1", port))
        yield sock


def packet(number: int, name: str) -> bytes:
    return _HEADER.pack(number, 0x0100, 1, 0, 0, 0) + question(name, A)


def address(reply: bytes) -> str:
    """The first record's address; its rcode in brackets when there is no record."""
    _, flags, _, answers, _, _ = _HEADER.unpack_from(reply)
    if not answers:
        return f"({flags & 0xF})"
    at = reply.index(b"\x00", _HEADER.size) + 5
    _, rtype, _, _, length = _RECORD.unpack_from(reply, at)
    if (rtype, length) != (A, 4):
        raise ValueError(f"not an address: {reply.hex()}")
    at += _RECORD.size
    return str(IPv4Address(reply[at : at + 4]))


def ask(sock: socket.socket, name: str, number: int = 1, patience: float = PATIENCE) -> str:
    """What is answered; TimeoutError when nothing is. An answer to an older question is dropped."""
    deadline = time.monotonic() + patience
    sock.send(packet(number, name))
    while (left := deadline - time.monotonic()) > 0:
        sock.settimeout(left)
        reply = sock.recv(4096)
        if reply[:2] == number.to_bytes(2, "big"):
            return address(reply)
    raise TimeoutError(f"no answer about {name}")


def answers(port: int, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each name with what is answered, in any order; an answer that is lost is a TimeoutError."""
    waiting: dict[int, str] = {}
    with connected(port) as sock:
        sock.settimeout(PATIENCE)
        for number, name in enumerate(names):
            sent = number & 0xFFFF
            sock.send(packet(sent, name))
            waiting[sent] = name
            if len(waiting) == WINDOW:
                yield _next(sock, waiting)
        while waiting:
            yield _next(sock, waiting)


def _next(sock: socket.socket, waiting: dict[int, str]) -> tuple[str, str]:
    reply = sock.recv(4096)
    return waiting.pop(int.from_bytes(reply[:2], "big")), address(reply)
