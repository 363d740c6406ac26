"""Questions that no upstream answered just now: for some seconds nobody is asked again (RFC 9520).

Rule: what failed by silence is forgotten as soon as an upstream is heard again; what upstreams
refused keeps its time.
"""

from typing import Final

# RFC 9520 section 3.2 allows one second to five minutes. RFC 8767 section 5 would have thirty where
# a stale answer stands in; a home whose line is back should not wait for that.
FAILURE_SECONDS: Final = 5.0

_MOST: Final = 16_384


class Failures:
    """By Query.key. `until` is empty nearly always, so whoever asks looks at that first."""

    __slots__ = ("_silent", "until")

    def __init__(self) -> None:
        self.until: dict[bytes, float] = {}
        self._silent: set[bytes] = set()

    def remember(self, key: bytes, now: float, *, silent: bool) -> None:
        """`key` failed, by silence or not: it is not asked for, for a while."""
        if len(self.until) >= _MOST:
            self.until.clear()
            self._silent.clear()
        self.until[key] = now + FAILURE_SECONDS
        (self._silent.add if silent else self._silent.discard)(key)

    def has(self, key: bytes, now: float) -> bool:
        """Whether it failed so recently that it is not to be asked for."""
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
