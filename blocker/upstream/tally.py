"""What an upstream has done since it was opened: plain counters that the worker reads.

Rule: they only grow. A rate is for whoever reads them twice.
"""

from bisect import bisect_left
from collections import Counter
from typing import Final

# The kinds of error. A packet that is not an answer to our question is a mismatch, and says nothing
# about the server; a truncated answer is no failure, but costs a second question over TCP.
TIMEOUT, NETWORK, RCODE, MISMATCH, TRUNCATED = (
    *("timeout", "network", "rcode", "mismatch", "truncated"),
)

BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)  # seconds


class Tally:
    """Counters of one upstream. counts[i] answers took up to BUCKETS[i]; the last, any longer."""

    __slots__ = ("counts", "errors", "requests", "seconds")

    def __init__(self) -> None:
        self.requests = 0
        self.errors: Counter[str] = Counter()
        self.counts = [0] * (len(BUCKETS) + 1)
        self.seconds = 0.0

    def observe(self, seconds: float) -> None:
        """An answer came after so long."""
        self.counts[bisect_left(BUCKETS, seconds)] += 1
        self.seconds += seconds
