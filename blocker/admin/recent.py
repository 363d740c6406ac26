"""What was blocked, or would have been, in the last hour: rows in memory, by client.

Rule: bounded in octets. A client that floods pushes out its own rows before anyone else's, and of
what was dropped it is known since when all is there again.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from blocker.core.row import Row

KEPT: Final = 3_600  # seconds
ROOM: Final = 16 << 20  # octets
SHARE: Final = 4  # no client has more than this part of the room
OVERHEAD: Final = 200  # octets a row takes beside its name: measured, CPython 3.11
DECIDED: Final = ("block", "shadow")


@dataclass(slots=True)
class Seen:
    """One client's rows, oldest first; all since `since` are there."""

    rows: deque[Row] = field(default_factory=deque)
    octets: int = 0
    since: int = 0

    def add(self, row: Row) -> int:
        self.rows.append(row)
        size = OVERHEAD + len(row.name)
        self.octets += size
        return size

    def drop_oldest(self) -> int:
        row = self.rows.popleft()
        size = OVERHEAD + len(row.name)
        self.octets -= size
        return size


@dataclass(frozen=True, slots=True)
class Window:
    """A client's rows; from before `since`, not all of them are known."""

    rows: list[Row]
    since: int


class Recent:
    """Known are the rows that come from `second` on: admin's start."""

    def __init__(self, second: int, room: int = ROOM) -> None:
        self.dropped = 0  # rows, for want of room
        self._room = room
        self._octets = 0
        self._since = second
        self._swept = second
        self._clients: dict[str, Seen] = {}

    def take(self, rows: Iterable[Row]) -> None:
        newest = 0
        for row in rows:
            if row.kind.verdict in DECIDED:
                self._add(row)
                newest = max(newest, row.second)
        if newest >= self._swept + KEPT // 60:
            self._swept = newest
            self._forget(newest - KEPT)
        while self._octets > self._room:
            self._make_room()

    def of(self, client: str, since: int) -> Window:
        """What is known of a client, asked for since a second."""
        seen = self._clients.get(plain(client), Seen())
        known = max(since, self._since, seen.since)
        # What came is told, also from before: rows may have waited for admin to start.
        return Window([row for row in seen.rows if row.second >= since], known)

    def clients(self, since: int) -> dict[str, int]:
        """How many queries were blocked for whom."""
        counts = {
            client: sum(
                row.count
                for row in seen.rows
                if row.second >= since and row.kind.verdict == "block"
            )
            for client, seen in self._clients.items()
        }
        return {client: count for client, count in counts.items() if count}

    def _add(self, row: Row) -> None:
        seen = self._clients.setdefault(plain(row.client), Seen())
        self._octets += seen.add(row)
        while seen.octets > self._room // SHARE:
            seen.since = seen.rows[0].second + 1
            self._octets -= seen.drop_oldest()
            self.dropped += 1

    def _forget(self, horizon: int) -> None:
        """What is too old. Not counted as dropped: it had its time."""
        for client, seen in list(self._clients.items()):
            while seen.rows and seen.rows[0].second < horizon:
                self._octets -= seen.drop_oldest()
            if not seen.rows:
                del self._clients[client]

    def _make_room(self) -> None:
        """Drop the oldest tenth of all."""
        seconds = sorted(row.second for seen in self._clients.values() for row in seen.rows)
        last = seconds[len(seconds) // 10]
        before = sum(len(seen.rows) for seen in self._clients.values())
        self._forget(last + 1)
        self._since = max(self._since, last + 1)
        self.dropped += before - sum(len(seen.rows) for seen in self._clients.values())


def plain(client: str) -> str:
    """An address without the interface it was seen on, and IPv4 as IPv4."""
    address = client.partition("%")[0]
    return address.removeprefix("::ffff:") if "." in address else address
