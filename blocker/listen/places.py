"""The order of answers on a connection of HTTP/1.1: none before those asked for earlier.

Rule: what waits for an earlier answer is counted: nobody else knows of it.
"""

from collections import deque
from typing import Final

_END: Final = b"\r\n\r\n"  # of a head


class Place:
    """A request's place in the order; `octets` when its answer is there."""

    __slots__ = ("bare", "held", "last", "octets", "wished")

    def __init__(self, *, last: bool, bare: bool = False) -> None:
        self.octets: bytes | None = None
        self.held = 0  # of these, if they are an answer's
        self.wished = 0
        self.last = last  # the connection ends with it
        self.bare = bare  # of HEAD: the head of the answer is all of it


class Places(deque[Place]):
    """Those whose answers were not yet sent; `held` octets of these wait for an earlier one."""

    def __init__(self) -> None:
        super().__init__()
        self.held = 0

    def fill(self, place: Place, octets: bytes) -> None:
        place.octets, place.held = octets, len(octets)
        self.held += place.held

    def take(self) -> tuple[list[bytes], bool]:
        """What may be sent by now, and whether it ends with the last there is to be."""
        ready: list[bytes] = []
        while self and (octets := self[0].octets) is not None:
            place = self.popleft()
            ready.append(octets[: octets.find(_END) + len(_END)] if place.bare else octets)
            self.held -= place.held
            if place.last:
                self.clear()
                self.held = 0
                return ready, True
        return ready, False
