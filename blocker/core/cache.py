"""Two stores of bounded size: what upstreams said, and what clients get.

Rule: a flood of names asked once must not push out what is asked often. `Answers` is a S3-FIFO
queue: new answers wait in a tenth of the room and move on only if they are asked for again there
(Yang et al., SOSP 2023). `SecondSight` lets a ready reply be kept only when its packet comes
a second time.
"""

from array import array
from collections import deque

from blocker.core.answer import Answer

OVERHEAD = 420  # octets an answer takes beside its body, key and names: measured, CPython 3.11
SMALL_SHARE = 10  # a tenth of the room is for newcomers


class Answers:
    """Answers by question, at most `size` octets of them.

    What has expired stays until its room is needed: it may yet be served stale.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.octets = 0
        self.evictions = 0
        self._answers: dict[bytes, Answer] = {}
        self._small: deque[bytes] = deque()
        self._main: deque[bytes] = deque()
        self._small_octets = 0
        self._ghosts = SecondSight(8192)

    def __len__(self) -> int:
        return len(self._answers)

    def get(self, key: bytes) -> Answer | None:
        """The answer to a question, fresh or not."""
        answer = self._answers.get(key)
        if answer is not None:
            answer.touch()
        return answer

    def put(self, answer: Answer) -> None:
        """Keep an answer, in the place of an older one to the same question."""
        key = answer.key
        room = _room(answer)
        old = self._answers.get(key)
        if old is not None:
            answer.uses, answer.settled = old.uses, old.settled
            room_before = _room(old)
            self.octets -= room_before
            if not old.settled:
                self._small_octets -= room_before
        else:
            answer.settled = self._ghosts.seen(key)
            (self._main if answer.settled else self._small).append(key)
        self._answers[key] = answer
        self.octets += room
        if not answer.settled:
            self._small_octets += room
        while self.octets > self.size:
            self._make_room()

    def _make_room(self) -> None:
        if (self._small and self._small_octets * SMALL_SHARE >= self.size) or not self._main:
            key = self._small.popleft()
            answer = self._answers[key]
            self._small_octets -= _room(answer)
            if answer.uses:
                answer.settled, answer.uses = True, 0
                self._main.append(key)
                return
            self._ghosts.seen(key)
        else:
            key = self._main.popleft()
            answer = self._answers[key]
            if answer.uses:
                answer.uses -= 1
                self._main.append(key)
                return
        del self._answers[key]
        self.octets -= _room(answer)
        self.evictions += 1


class SecondSight:
    """Whether a key was seen lately: a table of hashes, one a slot, the newest wins.

    Forgetting is free and a flood costs nothing but a slot; the hash is keyed per process, so
    nobody outside can choose which slots collide.
    """

    __slots__ = ("_mask", "_slots")

    def __init__(self, slots: int) -> None:
        self._mask = slots - 1
        self._slots = array("q", bytes(8 * slots))

    def seen(self, key: bytes) -> bool:
        """True from the second time on, as long as no other key took the slot."""
        mark = hash(key)
        slot = mark & self._mask
        if self._slots[slot] == mark:
            return True
        self._slots[slot] = mark
        return False


def _room(answer: Answer) -> int:
    return OVERHEAD + len(answer.key) + len(answer.body) + 64 * len(answer.ttls)
