"""Who may ask, on real addresses: strangers never get an answer, and nobody gets too many."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.blocker import BLOCKED, Blocker
from tests.support.network import in_own_network, ip
from tests.support.packets import (
    NOERROR,
    NXDOMAIN,
    PTR,
    REFUSED,
    A,
    extended_errors,
    opt,
    query,
    read,
)
from tests.support.ports import free_port
from tests.support.upstream import ScriptedUpstream

STRANGER, DEVICE, OTHER = "203.0.113.7", "10.77.0.2", "10.77.0.3"
PROHIBITED, RATE_LIMITED = 18, 31
MOST = 50  # questions of a client within a minute


@contextmanager
def serving(folder: Path, upstream: ScriptedUpstream) -> Iterator[Blocker]:
    for address in (STRANGER, DEVICE, OTHER):
        ip(f"addr add {address}/32 dev lo")
    server = Blocker(folder, [upstream.url], "", 1, free_port(), {"rate_limit": MOST})
    try:
        server.start()
        yield server
    finally:
        server.kill_all()


def ask(server: Blocker, client: str, name: str, qtype: int = A, *, tcp: bool = False) -> Any:
    """The reply to a client that has this address, from a server that is asked at it too."""
    packet = query(name, qtype, edns=opt())
    kind = socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.settimeout(5)
        sock.bind((client, 0))
        sock.connect((client, server.port))
        sock.sendall(len(packet).to_bytes(2, "big") + packet if tcp else packet)
        if tcp:
            sock.recv(2, socket.MSG_WAITALL)
        return read(sock.recv(4096))


def said(reply: Any) -> tuple[int, int, list[int]]:
    return reply.header.rcode, len(reply.rr), [code for code, _ in extended_errors(reply)]


@in_own_network
def test_strangers_are_refused(tmp_path: Path) -> None:
    """P045, and P046 (RFC 6303): not even the name of a private address is asked for."""
    with ScriptedUpstream() as upstream, serving(tmp_path, upstream) as server:
        for tcp in (False, True):
            for name in ("www.example", BLOCKED, "localhost"):
                assert said(ask(server, STRANGER, name, tcp=tcp)) == (REFUSED, 0, [PROHIBITED])
            private = "1.1.168.192.in-addr.arpa"
            assert ask(server, STRANGER, private, PTR, tcp=tcp).header.rcode in (NXDOMAIN, REFUSED)
        assert upstream.log == []
        assert said(ask(server, DEVICE, "www.example")) == (NOERROR, 1, [])


@in_own_network
def test_who_asks_too_much_is_refused_and_told_so(tmp_path: Path) -> None:
    with ScriptedUpstream() as upstream, serving(tmp_path, upstream) as server:
        for _ in range(MOST + 1):
            assert ask(server, DEVICE, BLOCKED).header.rcode == NOERROR
        refused = (REFUSED, 0, [RATE_LIMITED])
        server.wait_until(lambda: said(ask(server, DEVICE, "www.example")) == refused)
        assert said(ask(server, DEVICE, BLOCKED)) == refused
        assert said(ask(server, OTHER, "www.example")) == (NOERROR, 1, [])
        assert DEVICE in server.log.read_text()
