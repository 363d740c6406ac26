"""What is in flight, and who waits for it.

Rule: a client has a share of what may be in flight, counted from `ask` to the reply, so that one
client's flood of questions leaves room for those of the others.
"""

import logging
from typing import Final

from blocker.upstream.base import Address, Attempt, Exchange, Transport

STRAY_SECONDS: Final = 6.0  # that an answer is welcome after its question: longer than anyone waits

log = logging.getLogger(__name__)


class InFlight:
    """The exchanges under way, by Query.key, and those of their attempts that outlive them."""

    def __init__(self) -> None:
        self.in_flight = 0  # clients waiting
        self._exchanges: dict[bytes, Exchange] = {}
        self._held: dict[str, int] = {}  # questions in flight of each client
        self._strays: list[Attempt] = []  # an answer to them is still news about the upstream

    def _end(self, exchange: Exchange) -> None:
        exchange.done = True
        # Attempts point to it: without this they would be garbage that only a collector can find.
        exchange.current = exchange.setbacks = None
        del self._exchanges[exchange.query.key]
        self._release(exchange)

    def _release(self, exchange: Exchange) -> None:
        """Those who waited for the exchange do so no more."""
        held = self._held
        waiters = exchange.waiters
        for forward, _, _ in waiters:
            left = held[forward.client] - 1
            if left:
                held[forward.client] = left
            else:
                del held[forward.client]
        self.in_flight -= len(waiters)
        exchange.waiters = []

    def _forget_strays(self, now: float) -> None:
        left = []
        for attempt in self._strays:
            if is_open(attempt) and now < attempt.sent + STRAY_SECONDS:
                left.append(attempt)
            else:
                attempt.withdraw()
        self._strays = left


def send(transport: Transport, packet: bytes, address: Address) -> None:
    """Pass on a reply, or that there is none. One client's trouble must not keep the others from
    theirs.
    """
    try:
        if packet:
            transport.send(packet, address)
        else:
            transport.withhold(address)
    except Exception:
        log.exception("a reply could not be passed on")


def is_open(attempt: Attempt) -> bool:
    return attempt.pending.get(attempt.packet_id) is attempt
