"""When a list is asked for again. Chance keeps a thousand installations from asking at once.

Rule: the clock and chance are arguments: `chance` is drawn from 0 up to 1, times are wall clock.
"""

from typing import Final

FIRST_RETRY: Final = 10.0  # seconds: at boot the network may be late
LONGEST_RETRY: Final = 3600.0
SPREAD: Final = 0.1  # of the refresh interval, either way
SOONEST: Final = 60.0  # seconds, however often a list is to be refreshed


def after_success(now: float, refresh: float, chance: float) -> float:
    """One interval on, give or take a tenth."""
    interval = max(refresh, SOONEST)
    return now + interval * (1 - SPREAD + 2 * SPREAD * chance)


def after_failure(
    now: float, failures: int, refresh: float, chance: float, asked: float = 0.0
) -> float:
    """Twice as long after each failure, half of it by chance, and never later than usual.

    `asked` is what the server wants us to wait (Retry-After).
    """
    longest = min(LONGEST_RETRY, max(refresh, FIRST_RETRY))
    doubled = min(longest, FIRST_RETRY * 2.0 ** min(failures - 1, 32))
    wait = doubled * (0.5 + 0.5 * chance)
    return now + max(wait, min(asked, max(refresh, SOONEST)))


def is_due(now: float, due_at: float, refresh: float) -> bool:
    """A time too far ahead was written by a clock that was wrong; so it is now."""
    return due_at <= now or due_at > now + 2 * max(refresh, SOONEST)
