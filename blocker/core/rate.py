"""How many questions a client may ask in a while; who asks more is refused until that is over.

Rule: counting costs next to nothing, for it is done with the journal, a slice at a time; so a
client is noticed within a fifth of a second, and what it asked until then was answered.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

WINDOW: Final = 60.0  # seconds

_CLIENTS = 65_536  # addresses that are counted; sources can be forged, so there is a bound


class RateLimit:
    """`most` questions a minute for each client that is not `exempt`; 0: as many as they like."""

    def __init__(self, most: int = 0, exempt: Callable[[str], bool] = lambda client: False) -> None:
        self.most = most
        self.over: dict[str, int] = {}  # who has asked more, and how much when it was noticed
        self.freed: dict[str, int] = {}  # since the last step, and how much of each was refused
        self._exempt = exempt
        self._asked: Counter[str] = Counter()
        self._ends = 0.0

    def count(self, clients: Iterable[str]) -> None:
        if self.most:
            self._asked.update(clients)

    def step(self, now: float) -> dict[str, int]:
        """Who has asked too much since the last step. A window that is over frees all."""
        self.freed = {}
        if now >= self._ends or len(self._asked) > _CLIENTS:
            self._ends = now + WINDOW
            self.freed = {client: self._asked[client] - most for client, most in self.over.items()}
            self._asked.clear()
            self.over.clear()
            return {}
        if not self.most:
            return {}
        asked = self._asked
        found = {
            client: count
            for client, count in asked.items()
            if count > self.most and client not in self.over and not self._exempt(client)
        }
        self.over.update(found)
        return found

    def left(self, now: float) -> float:
        """Seconds until everyone may ask again."""
        return max(0.0, self._ends - now)
