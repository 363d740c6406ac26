"""One epoll for all upstream sockets, and one place where their datagrams are read.

Rule: asyncio is given this one descriptor. It takes more time for one ready socket than all that is
done here for a datagram, and with it a resolver's worth of sockets would be its main work.
"""

import asyncio
import logging
import select
from typing import TYPE_CHECKING, Final

from blocker.core.wire import HEADER
from blocker.upstream.base import Clock, Sink

if TYPE_CHECKING:
    from blocker.upstream.ports import Port

BATCH: Final = 64  # then the clients' queries get their turn
LARGEST: Final = 4096  # octets; we ask for answers up to 1232

log = logging.getLogger(__name__)


class Poller:
    """Reads what the upstreams send and gives each whole answer to `sink`."""

    def __init__(self, sink: Sink, clock: Clock) -> None:
        self._sink = sink
        self._clock = clock
        self._ports: dict[int, Port] = {}
        self._epoll = select.epoll()
        self._loop: asyncio.AbstractEventLoop | None = None

    def add(self, port: "Port") -> None:
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._loop.add_reader(self._epoll.fileno(), self._readable)
        self._epoll.register(port.descriptor, select.EPOLLIN)
        self._ports[port.descriptor] = port

    def discard(self, port: "Port") -> None:
        """Forget a port that is about to be closed; closing takes it out of the epoll."""
        if self._ports.get(port.descriptor) is port:
            del self._ports[port.descriptor]

    def close(self) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.remove_reader(self._epoll.fileno())
        self._epoll.close()

    def _readable(self) -> None:
        ports = self._ports
        answered = self._sink.answered
        now = self._clock()
        for descriptor, _ in self._epoll.poll(0, BATCH):
            port = ports.get(descriptor)
            if port is None:
                continue  # closed by what an earlier datagram of this batch led to
            try:
                message = port.receive(LARGEST)
                attempt = port.pending.get(message[:2])
                # A response to QUERY, whole, its one question ours to the letter; else look closer.
                if (
                    attempt is not None
                    and message.startswith(attempt.question, HEADER)
                    and message[2] & 0xFA == 0x80
                    and message[4:6] == b"\x00\x01"
                ):
                    del port.pending[attempt.packet_id]
                    answered(attempt, message, now)
                else:
                    port.upstream.received(port, message, now)
            except BlockingIOError:
                continue
            except OSError as error:
                port.upstream.broke(port, error, now)
            except Exception:
                log.exception("an upstream's datagram could not be dealt with")
