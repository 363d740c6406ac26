"""Datagrams from clients to the engine, and back.

Rule: nothing is awaited between a packet and its ready reply. A wake-up takes what waits in the
socket, up to a bound that keeps the event loop fair to upstreams and connections.
"""

import asyncio
import logging
import socket
import struct
import sys
from collections.abc import Callable
from typing import Any, Final, Protocol

from blocker.core.engine import Engine, Forward
from blocker.core.wire import LARGEST_QUERY, unanswerable

DATAGRAMS_A_WAKE_UP: Final = 64

log = logging.getLogger(__name__)

_SO_MEMINFO: Final = 55  # asm-generic/socket.h; the counts are those of linux/sock_diag.h
_SK_MEMINFO_DROPS: Final = 8
_IP_PKTINFO: Final = 8  # linux/in.h; the socket module names it from Python 3.12 on
_ROOM = socket.CMSG_SPACE(20)  # in6_pktinfo, the larger of the two


class Asks(Protocol):
    """Where a question goes that the engine cannot answer; the answer comes through
    `transport.send`.
    """

    def ask(self, forward: Forward, transport: Any, address: Any) -> None: ...


class UdpListener:
    """One bound socket. `clock` gives the engine's seconds."""

    def __init__(
        self, sock: socket.socket, engine: Engine, forwarder: Asks, clock: Callable[[], float]
    ) -> None:
        self.socket = sock
        self._engine = engine
        self._ask = forwarder.ask
        self._clock = clock
        self._sendto = sock.sendto

    def start(self) -> None:
        """Begin to answer. Needs a running event loop."""
        self.socket.setblocking(False)
        asyncio.get_running_loop().add_reader(self.socket.fileno(), self._drain)

    def stop(self) -> None:
        """Take no more packets; replies still go out."""
        asyncio.get_running_loop().remove_reader(self.socket.fileno())

    def send(self, packet: bytes, address: Any) -> None:
        """Send a reply. One that the kernel does not take is lost, as any datagram may be."""
        try:
            self._sendto(packet, address)
        except OSError:
            return

    @property
    def lost(self) -> int:
        """Datagrams that the kernel dropped since the socket was bound: its buffer was full."""
        counts = self.socket.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, 4 * (_SK_MEMINFO_DROPS + 1))
        return int.from_bytes(counts[4 * _SK_MEMINFO_DROPS :], sys.byteorder)

    def withhold(self, address: Any) -> None:
        """Send none: nothing is kept for whoever asked."""

    def _drain(self) -> None:
        """Receive, then decide, then send: each is quicker when the processor has just done it."""
        engine, send, ask = self._engine, self.send, self._ask
        on_query = engine.on_query
        now = self._clock()
        replies = []
        for packet, client, address in self._receive():
            try:
                outcome = on_query(packet, client, now)
            except (
                Exception
            ):  # the fault is ours, and no other query of this batch is to pay for it
                log.exception("a query could not be dealt with")
                outcome = unanswerable(packet)
            if type(outcome) is bytes:
                replies.append((outcome, address))
            elif isinstance(outcome, Forward):
                ask(outcome, self, address)
        for reply, address in replies:
            send(reply, address)
        if replies:
            engine.datagrams.observe(self._clock() - now, len(replies))

    def _receive(self) -> list[tuple[bytes, str, Any]]:
        """What waits: packet, client, and the address that its reply goes to."""
        recvfrom = self.socket.recvfrom
        received = []
        try:
            for _ in range(DATAGRAMS_A_WAKE_UP):
                packet, address = recvfrom(LARGEST_QUERY)
                received.append((packet, address[0], address))
        except OSError:  # nothing more, or an ICMP error of an earlier reply
            pass
        return received


class WildcardUdpListener(UdpListener):
    """A socket bound to every address: a reply leaves from the address that was asked.

    Clients drop a reply from another address (RFC 2181 section 4), so each packet's own address
    comes with it (IP_PKTINFO, RFC 3542 section 6) and goes back with the reply.
    """

    def start(self) -> None:
        if self.socket.family == socket.AF_INET6:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
        else:
            self.socket.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
        super().start()

    def send(self, packet: bytes, address: Any) -> None:
        client, asked = address
        try:
            self.socket.sendmsg((packet,), asked, 0, client)
        except OSError:
            return

    def _receive(self) -> list[tuple[bytes, str, Any]]:
        recvmsg = self.socket.recvmsg
        received = []
        try:
            for _ in range(DATAGRAMS_A_WAKE_UP):
                packet, ancillary, _flags, address = recvmsg(LARGEST_QUERY, _ROOM)
                received.append((packet, address[0], (address, _source(ancillary))))
        except OSError:
            pass
        return received


def listener(
    sock: socket.socket, engine: Engine, forwarder: Asks, clock: Callable[[], float]
) -> UdpListener:
    """The kind of listener that a bound socket needs."""
    wildcard = sock.getsockname()[0] in ("0.0.0.0", "::")
    return (WildcardUdpListener if wildcard else UdpListener)(sock, engine, forwarder, clock)


def _source(ancillary: list[tuple[int, int, bytes]]) -> list[tuple[int, int, bytes]]:
    """What makes a reply leave from the address that its query came to."""
    for level, kind, content in ancillary:
        if level == socket.IPPROTO_IP and kind == _IP_PKTINFO:
            # The route chooses the interface; the address asked (ipi_spec_dst) becomes the source.
            return [(level, kind, struct.pack("=I4s4x", 0, content[4:8]))]
        if level == socket.IPPROTO_IPV6 and kind == socket.IPV6_PKTINFO:
            link_local = content[0] == 0xFE and content[1] & 0xC0 == 0x80
            return [(level, kind, content if link_local else content[:16] + bytes(4))]
    return []
