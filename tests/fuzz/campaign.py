"""A running server under fire: what is sent to it, what it owes, and what it came to.

Rule: whatever is owed comes, once and right, or the campaign ends with a Violation that says how to
see it again. Memory is held against what it was when a fifth was sent.
"""

import os
import selectors
import statistics
import struct
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.benchmarks.processes import pss_bytes
from tests.fuzz.judging import fault, is_answerable
from tests.fuzz.lying import LyingUpstream
from tests.fuzz.lying_https import LyingHttps
from tests.fuzz.wires import Wire
from tests.support.blocker import Blocker, blocker
from tests.support.certificates import certificates, listeners, pin, tls_server
from tests.support.packets import opt, query, read
from tests.support.ports import free_port
from tests.support.tlsfront import TlsFront

OWED_SECONDS: Final = 10.0  # an upstream may cost four, and this machine may be busy
# A cache that is full soon, so that growth is none of its; and a policy zone that has a name below
# alias.example be the same one below lab.example.
CONFIG: Final = """
cache: {size: 4MiB}
subscriptions: [{name: aliases, source: aliases.rpz, format: rpz}]
"""
ALIASES: Final = "$TTL 60\n@ SOA ns host 1 2 3 4 5\n*.alias.example CNAME *.lab.example.\n"
# Octets. What fills up after a fifth of a million packets, and is bounded: a view's ready replies,
# 16 MiB of each kind; failures that are remembered; admin's names of the hour.
GROWTH: Final = 40 << 20
_CONTROLS: Final = 21


class Violation(AssertionError):
    """What must not happen did."""


@dataclass(slots=True)
class Outcome:
    """What a campaign came to. `warm` and `end` are octets of memory of all processes; `control`
    the median of seconds that control questions took at the end.
    """

    what: str
    seed: int
    most: int
    advance: Callable[[int], None] = lambda count: None
    packets: int = 0
    replies: int = 0
    seconds: float = 0.0
    warm: int = 0
    end: int = 0
    control: float = 0.0

    def note(self, packets: int, server: Blocker) -> None:
        """So many packets were sent by now."""
        self.advance(packets - self.packets)
        self.packets = packets
        if not self.warm and packets >= self.most // 5:
            self.warm = pss_bytes(server.pid)


class Campaign:
    """One server, and the loop that a client and an upstream share."""

    def __init__(
        self,
        server: Blocker,
        ports: Mapping[str, int],
        loop: selectors.BaseSelector,
        outcome: Outcome,
        up: LyingUpstream,
    ) -> None:
        self.server = server
        self.ports = ports
        self.outcome = outcome
        self.upstream = up
        self.owed: dict[bytes, tuple[bytes, float]] = {}  # by id: the packet, until when
        self._loop = loop
        self._number = 0
        self._sent: deque[bytes] = deque(maxlen=128)
        self._children = server.children()

    @contextmanager
    def watched(self, client: Wire) -> Iterator[Wire]:
        """The loop wakes up for its replies; closed in the end."""
        self._loop.register(client, selectors.EVENT_READ)
        try:
            yield client
        finally:
            self._loop.unregister(client)
            client.close()

    def send(self, client: Wire, packets: list[bytes]) -> list[bytes]:
        """Send packets, each with an id of its own in the place of its own; they are returned."""
        named = [self._fresh_id()[: len(packet)] + packet[2:] for packet in packets]
        due = time.monotonic() + OWED_SECONDS
        self.owed |= {packet[:2]: (packet, due) for packet in named if is_answerable(packet)}
        self._sent += named
        client.send(named)
        return named

    def turn(self, client: Wire) -> list[tuple[bytes, bytes]]:
        """What came by now: packets with their replies, all judged."""
        for key, _ in self._loop.select(0.1 if self.owed else 0):
            if key.data is not None:
                key.data(key.fileobj)
        answered = []
        for reply in client.receive():
            packet, _ = self.owed.pop(reply[:2], (b"", 0.0))
            if not packet:
                raise self.violation("a reply that is not owed", reply=reply)
            if wrong := fault(packet, reply, stream=client.stream):
                raise self.violation(wrong, packet, reply)
            answered.append((packet, reply))
        self.outcome.replies += len(answered)
        if self.owed:
            packet, due = next(iter(self.owed.values()))
            if time.monotonic() > due:
                raise self.violation("no reply", packet)
        return answered

    def settle(self, client: Wire) -> dict[bytes, bytes]:
        """Go on until nothing is owed; the replies by id."""
        replies: dict[bytes, bytes] = {}
        while self.owed:
            replies |= {packet[:2]: reply for packet, reply in self.turn(client)}
        return replies

    def ask(self, client: Wire, name: str | bytes) -> bytes:
        """The reply to one plain question."""
        (packet,) = self.send(client, [query(name, edns=opt())])
        return self.settle(client)[packet[:2]]

    def finish(self, client: Wire) -> None:
        """The server lives, is quick, and has nothing to complain of."""
        taken = []
        for _ in range(_CONTROLS):
            began = time.perf_counter()
            reply = self.ask(client, "control.example")
            taken.append(time.perf_counter() - began)
            if not read(reply).rr:
                raise self.violation("the control question fails", reply=reply)
        self.outcome.control = statistics.median(taken)
        if self.server.children() != self._children:
            raise self.violation(f"a process was replaced: {self.server.log.read_text()}")
        if "Traceback" in (log := self.server.log.read_text()):
            raise self.violation(log)
        self.outcome.end = pss_bytes(self.server.pid)

    def violation(self, what: str, packet: bytes = b"", reply: bytes = b"") -> Violation:
        """With all that is needed to see it again; the last packets of all, for one may be at fault
        to which nothing was owed.
        """
        outcome = self.outcome
        recent = self.upstream.last if self.upstream.last else self._sent
        return Violation(
            f"{outcome.what}, seed {outcome.seed}, after {outcome.packets:,}: {what}\n"
            f"packet  {packet.hex()}\nreply   {reply.hex()}\n"
            + "\n".join(f"before  {each.hex()}" for each in recent)
        )

    def _fresh_id(self) -> bytes:
        while True:
            self._number = (self._number + 1) & 0xFFFF
            number = struct.pack(">H", self._number)
            if number not in self.owed:
                return number


@contextmanager
def running(folder: Path, outcome: Outcome, scheme: str) -> Iterator[Campaign]:
    """A server that is asked in any way; its one upstream, asked by this scheme, is a liar."""
    with selectors.DefaultSelector() as loop:
        liar = LyingHttps if scheme == "https" else LyingUpstream
        upstream = liar(loop, outcome.seed)
        tls, https = free_port(), free_port()
        dns = {"encrypted": listeners(tls, https)}
        (folder / "aliases.rpz").write_text(ALIASES)
        try:
            with (
                _given(scheme, upstream.port) as given,
                blocker(folder, upstreams=[given], extra=CONFIG, dns=dns) as server,
            ):
                began = time.monotonic()
                ports = {"udp": server.port, "tcp": server.port, "tls": tls, "https": https}
                yield Campaign(server, ports, loop, outcome, upstream)
                outcome.seconds = time.monotonic() - began
        finally:
            upstream.close()


@contextmanager
def _given(scheme: str, port: int) -> Iterator[str | dict[str, Any]]:
    """The upstream, as the configuration has it."""
    if scheme == "tls":
        with TlsFront(port) as front:
            yield front.url(f"pin-sha256:{pin()}")
    elif scheme == "https":
        context = tls_server()
        context.set_alpn_protocols(["h2"])
        with TlsFront(port, context) as front, _trusted():
            url = f"https://lists.example:{front.port}/dns-query"
            yield {"url": url, "addresses": ["127.0.0.1"]}
    else:
        yield f"{scheme}://{_at(port)}"


@contextmanager
def _trusted() -> Iterator[None]:
    """Who is started trusts the tests' authority."""
    os.environ["SSL_CERT_FILE"] = str(certificates() / "ca.pem")
    try:
        yield
    finally:
        del os.environ["SSL_CERT_FILE"]


def _at(port: int) -> str:
    return f"127.0.0.1:{port}"
