"""The cyclic garbage collector, on our terms: a pass looks only at what is new.

What survives a pass is frozen, out of sight of the next, so that no pass grows with the cache. A
cycle that forms among frozen objects later is found by a whole pass, made when nobody asks.
"""

import gc

EVERY = 1.0  # seconds
AT = 10_000  # new objects: about a millisecond's work
WHOLE_EVERY = 3600.0


class Collector:
    """`step` is called a few times a second, between answers."""

    def __init__(self, now: float) -> None:
        gc.disable()
        gc.collect()
        gc.freeze()
        self._due = now + EVERY
        self._whole_due = now + WHOLE_EVERY

    def step(self, now: float, *, idle: bool) -> None:
        if idle and now >= self._whole_due:
            gc.unfreeze()
            self._whole_due = now + WHOLE_EVERY
        elif now < self._due and gc.get_count()[0] < AT:
            return
        gc.collect()
        gc.freeze()
        self._due = now + EVERY
