"""Plays a case against a running server: its processes, its sockets, and an upstream that does as
it is told.

    served.upstream.on("a.example", saying("a.example 60 A 192.0.2.7", flags={"aa": 1}))
    served.ask("a.example", tcp=True).header.aa

Every case has names of its own, so that one server serves them all.
"""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.support.blocker import Blocker, blocker
from tests.support.packets import A, query, read
from tests.support.upstream import ScriptedUpstream

SECONDS: Final = (
    10.0  # a client's patience: longer than ours with upstreams, also on a busy machine
)
BLOCKED: Final = "blocked.example"
LONG: Final = f"/^long[.](example|{'x' * 900})$/"  # a rule that makes a long text

LISTS: Final = {
    "plain": f"||{BLOCKED}^\n||hinted.example^\n",
    "addresses": "198.51.100.66\n",
    "zone": "$TTL 60\n@ SOA ns host 1 7200 900 1209600 86400\nreloaded.example CNAME .\n",
}
DNS: Final = {"private_domains": ["Intranet.Example.COM."]}
SETTINGS: Final = f"""\
blocking: {{answer: null-ip, ttl: 30s}}
rules: {{block: [own.example, "{LONG}"]}}
groups:
  - {{name: kids, clients: [127.0.0.30], rules: {{block: [games.example]}}}}
records: {{nas.local.example: 192.168.1.5}}
"""


@dataclass(frozen=True)
class Served:
    """A server and whom it asks."""

    server: Blocker
    upstream: ScriptedUpstream

    def send(self, packet: bytes, *, tcp: bool = False, client: str = "127.0.0.1") -> bytes | None:
        """The reply's octets; None is silence, or a connection that was closed."""
        try:
            if tcp:
                with self.connection() as sock:
                    sock.sendall(framed(packet))
                    return received(sock)
            with self.server.client_at(client, SECONDS) as datagrams:
                datagrams.send(packet)
                return datagrams.recv(65_535)
        except (TimeoutError, ConnectionError):
            return None

    def is_silent_about(self, packet: bytes, *, tcp: bool = False) -> bool:
        """Whether the next reply is to what is asked on the same socket after it."""
        after = query("localhost", packet_id=int.from_bytes(packet[:2], "big") ^ 0xFFFF)
        if tcp:
            with self.connection() as sock:
                sock.sendall(framed(packet) + framed(after))
                reply = received(sock)
        else:
            with self.server.client_at("127.0.0.1", SECONDS) as datagrams:
                datagrams.send(packet)
                datagrams.send(after)
                reply = datagrams.recv(65_535)
        assert reply is not None, "the connection was closed"
        return reply[:2] == after[:2]

    def ask(self, name: str | bytes, qtype: int = A, **how: Any) -> Any:
        """The reply to a question, read by dnslib."""
        way = {key: how.pop(key) for key in ("tcp", "client") if key in how}
        reply = self.send(query(name, qtype, **how), **way)
        assert reply is not None, "no reply"
        return read(reply)

    def connection(self, seconds: float = SECONDS) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.server.port), seconds)

    def asked(self, name: str, transport: str = "") -> int:
        """How many questions about a name came to the upstream: one, or more where it was slow."""
        return len(self.upstream.asked(name, transport))


def framed(packet: bytes) -> bytes:
    """A message as it goes over a connection (RFC 1035 section 4.2.2)."""
    return len(packet).to_bytes(2, "big") + packet


def received(sock: socket.socket) -> bytes | None:
    """The next message; None at the connection's end."""
    length = _exactly(sock, 2)
    return _exactly(sock, int.from_bytes(length, "big")) if length else None


def _exactly(sock: socket.socket, count: int) -> bytes:
    """So many octets, less at the connection's end. With a time-out MSG_WAITALL does not wait."""
    octets = b""
    while len(octets) < count and (more := sock.recv(count - len(octets))):
        octets += more
    return octets


@contextmanager
def serving(folder: Path, settings: str = SETTINGS) -> Iterator[Served]:
    """A server with these lists and settings."""
    subscriptions = []
    for name, text in LISTS.items():
        file = folder / f"{name}.txt"
        file.write_text(text)
        subscriptions.append({"name": name, "source": str(file)})
    extra = f"subscriptions: {json.dumps(subscriptions)}\n{settings}"
    with (
        ScriptedUpstream() as upstream,
        blocker(folder, upstreams=[upstream.url], extra=extra, dns=DNS) as server,
    ):
        server.wait_until_ready()
        yield Served(server, upstream)
