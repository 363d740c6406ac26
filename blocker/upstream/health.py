"""Whether an upstream is worth asking, and how long to wait for it. Sans-IO: `now` is an argument.

Rule: three failures in a row and it is down; then it is only probed, after 1, 2, 4 ... 60 seconds,
and the first answer, however late, makes it well again.
"""

from typing import Final

DOWN_AFTER: Final = 3  # failures in a row
FIRST_PROBE: Final = 1.0  # seconds
LAST_PROBE: Final = 60.0
LONGEST_WAIT: Final = 1.0  # seconds for a first try; also for a server that is not yet known
SHORTEST_WAIT: Final = 0.2


class Health:
    """Smoothed round-trip time (as RFC 6298 smooths it) and failures in a row of one upstream."""

    __slots__ = ("_back_off", "failures", "probe_at", "srtt", "timeout", "variation")

    def __init__(self) -> None:
        self.srtt = 0.0  # an upstream that was never asked looks fast, so that it is asked
        self.variation = 0.0
        self.timeout = LONGEST_WAIT
        self.failures = 0
        self.probe_at = 0.0
        self._back_off = 0.0

    def heard(self, seconds: float) -> bool:
        """It answered, after so long; whether it had failed to before."""
        if self.srtt:
            error = seconds - self.srtt
            self.srtt += error * 0.125
            self.variation += ((error if error > 0 else -error) - self.variation) * 0.25
        else:
            self.srtt = seconds
            self.variation = seconds / 2
        wait = 2 * self.srtt + 4 * self.variation
        if wait < SHORTEST_WAIT:
            wait = SHORTEST_WAIT
        self.timeout = wait if wait < LONGEST_WAIT else LONGEST_WAIT
        if not self.failures:
            return False
        self.failures = 0
        self._back_off = 0.0
        return True

    def failed(self, now: float) -> None:
        """It did not answer, or could not be reached."""
        self.failures += 1
        # Of many questions that fail together only one lengthens the back-off.
        if self.failures >= DOWN_AFTER and now >= self.probe_at:
            self.probed(now)

    def probed(self, now: float) -> None:
        """It was given a question to see whether it is back; the next one waits twice as long."""
        self._back_off = min(max(FIRST_PROBE, 2 * self._back_off), LAST_PROBE)
        self.probe_at = now + self._back_off

    @property
    def is_down(self) -> bool:
        return self.failures >= DOWN_AFTER

    @property
    def cost(self) -> float:
        """Seconds that asking it is likely to take; the lowest is asked."""
        return self.srtt + self.failures * LONGEST_WAIT
