"""Who holds the connections of a listener, and who gives one up for a newcomer.

Rule: nobody is shut out by holding on. When there is no room, strangers give way first, then the
network with the most connections, each time what it has used least of late.
"""

from collections import Counter
from ipaddress import ip_address, ip_network
from typing import Final, NamedTuple, Protocol

CONNECTIONS_A_CLIENT: Final = 32
_IPV4, _IPV6 = 24, 64  # bits of a network in which addresses cost nothing


class Held(Protocol):
    """What counts as a connection: it may be in the middle of a handshake."""

    @property
    def claim(self) -> tuple[bool, float]:
        """Whether an answer is awaited, and since when it has been as it is; the least goes."""

    def finish(self) -> None: ...
    def give_way(self) -> None: ...
    def close_if_overdue(self, now: float) -> None: ...


class Origin(NamedTuple):
    """Whose a connection is: `client` is bounded by itself, strangers are the greater network."""

    client: str
    network: tuple[bool, str]


def origin(address: str, *, stranger: bool) -> Origin:
    """Of strangers all addresses of one IPv6 network are one client: a phone has as many as it
    likes. At home they are that many devices.
    """
    plain = ip_address(address.partition("%")[0])
    network = str(ip_network((plain, _IPV4 if plain.version == 4 else _IPV6), strict=False))
    return Origin(network if stranger and plain.version == 6 else address, (stranger, network))


class Room:
    """For `size` connections."""

    def __init__(self, size: int) -> None:
        self.held: dict[Held, Origin] = {}
        self.given_up = 0  # connections, for newcomers
        self._size = size
        self._clients: Counter[str] = Counter()
        self._networks: dict[tuple[bool, str], dict[Held, Origin]] = {}

    def enter(self, newcomer: Held, whose: Origin) -> bool:
        """Whether there is room, or has been made."""
        if self._clients[whose.client] >= CONNECTIONS_A_CLIENT or not self._has_room(whose):
            return False
        self.held[newcomer] = whose
        self._clients[whose.client] += 1
        self._networks.setdefault(whose.network, {})[newcomer] = whose
        return True

    def leave(self, held: Held) -> None:
        whose = self.held.pop(held, None)
        if whose is None:
            return
        self._clients[whose.client] -= 1
        if not self._clients[whose.client]:
            del self._clients[whose.client]
        network = self._networks[whose.network]
        del network[held]
        if not network:
            del self._networks[whose.network]

    def _has_room(self, newcomer: Origin) -> bool:
        if len(self.held) < self._size:
            return True
        others = self._who_may_give_way(newcomer)
        if not others:
            return False
        chosen = min(others, key=lambda each: each.claim)
        self.leave(chosen)
        self.given_up += 1
        chosen.give_way()
        return True

    def _who_may_give_way(self, newcomer: Origin) -> list[Held]:
        own = self._networks.get(newcomer.network, {})
        sizes = {name: (name[0], len(held)) for name, held in self._networks.items()}
        most = max(sizes.values(), default=(False, 0))
        if (newcomer.network[0], len(own)) < most:
            greatest = (self._networks[name] for name, size in sizes.items() if size == most)
            return [held for network in greatest for held in network]
        # A home may be one network: there it is between clients.
        clients = self._clients
        most_of_one = max((clients[whose.client] for whose in own.values()), default=0)
        if clients[newcomer.client] >= most_of_one:
            return []
        return [held for held, whose in own.items() if clients[whose.client] == most_of_one]
