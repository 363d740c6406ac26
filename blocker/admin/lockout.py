"""Who sends wrong tokens: after five in a quarter of an hour an address is not listened to.

Rule: an address that is locked out is told nothing, so a right token from it is refused as well;
otherwise guessing would go on and only its success be told. What counts is the peer of the
connection, never a header that anyone can write. Behind a proxy all of its users are one address
therefore, and so is this machine; the control socket and what needs no token stay open to it.
A request without a token is no try: a browser that looks in locks nobody out.
"""

import logging
from collections import OrderedDict
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import Final

TRIES: Final = 5
PERIOD: Final = 900.0  # seconds
MOST: Final = 4096  # addresses kept; the one unheard of for longest is forgotten first
_HOME: Final = 64  # whoever has one IPv6 address has all of its network

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Locked:
    """An address, or an IPv6 network, and until when by the clock that is used."""

    address: str
    until: float


class Lockout:
    """Times are those of one clock that never goes back."""

    def __init__(self) -> None:
        self._tries: OrderedDict[str, list[float]] = OrderedDict()

    def remaining(self, peer: str, now: float) -> float:
        """Seconds for which it is locked out; 0 when it is not."""
        tries = self._tries.get(whose(peer), [])
        return max(0.0, tries[-1] + PERIOD - now) if len(tries) >= TRIES else 0.0

    def wrong(self, peer: str, now: float) -> None:
        """One more wrong token, of an address that is not locked out."""
        key = whose(peer)
        tries = [at for at in self._tries.pop(key, []) if at > now - PERIOD]
        self._tries[key] = [*tries[-TRIES + 1 :], now]
        if len(self._tries[key]) == TRIES:
            log.warning("%s sent %d wrong tokens: locked out for %d min", key, TRIES, PERIOD // 60)
        while len(self._tries) > MOST:
            self._tries.popitem(last=False)

    def locked(self, now: float) -> list[Locked]:
        """All that are, newest first."""
        return [
            Locked(key, tries[-1] + PERIOD)
            for key, tries in reversed(self._tries.items())
            if len(tries) >= TRIES and tries[-1] + PERIOD > now
        ]


def whose(peer: str) -> str:
    """An address; of IPv6 the network, which goes to one home."""
    if not peer:  # the connection has ended meanwhile
        return "unknown"
    address = ip_address(peer.partition("%")[0])
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        if not address.is_loopback:
            network = int(address) >> (128 - _HOME) << (128 - _HOME)
            return f"{IPv6Address(network)}/{_HOME}"
    return str(address)
