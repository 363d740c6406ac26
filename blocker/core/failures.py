"""Questions that no upstream answered just now: for some seconds nobody is asked again (RFC 9520).

Rule: what failed by silence is forgotten as soon as an upstream is heard again; what upstreams
refused keeps its time.
"""

from typing import Final

FAILURE_SECONDS: Final = 5.0  # RFC 9520 section 3.2 allows one second to five minutes

_MOST: Final = 16_384


class Failures:
    """By Query.key. `until` is empty nearly always, so whoever asks looks at that first."""

    __slots__ = ("_silent", "until")

    def __init__(self) -> None:
        self.until: dict[bytes, float] = {}
        self._silent: set[bytes] = set()

    def remember(self, key: bytes, now: float, *, silent: bool) -> None:
        if len(self.until) >= _MOST:
            self.until.clear()
            self._silent.clear()
        self.until[key] = now + FAILURE_SECONDS
        (self._silent.add if silent else self._silent.discard)(key)

    def has(self, key: bytes, now: float) -> bool:
        return now < self.until.get(key, 0.0)

    def forget(self, key: bytes) -> None:
        """It has an answer now."""
        self.until.pop(key, None)
        self._silent.discard(key)

    def forget_silence(self) -> None:
        """Upstreams are heard again."""
        for key in self._silent:
            self.until.pop(key, None)
        self._silent.clear()
