"""Which upstream to ask first, and which after that. Sans-IO.

    fastest    the quickest of the healthy; now and then another, to see how it is
    failover   the first of the healthy, in the order they are written in
    parallel   as fastest; and when it lets wait, the next quickest beside it

Rule: one that is down is asked only beside the one that is asked anyway, so that no client waits
for it; if all are down, still one.
"""

from collections.abc import Sequence
from typing import Final

from blocker.upstream.base import Setbacks, Upstream

FASTEST: Final = "fastest"
FAILOVER: Final = "failover"
PARALLEL: Final = "parallel"
STRATEGIES: Final = (FASTEST, FAILOVER, PARALLEL)

EXPLORE: Final = 64  # every so many questions, another healthy upstream is asked first
TRIES: Final = 3  # of one question with one upstream (RFC 9520 section 3.1)


class Choice:
    """The order among upstreams. `preferred` and `probe` are kept ready for the hot path."""

    def __init__(self, upstreams: Sequence[Upstream], now: float, strategy: str = FASTEST) -> None:
        """ValueError when there is no upstream, or no such strategy."""
        if strategy not in STRATEGIES:
            message = f"{strategy} is no strategy; there are {', '.join(STRATEGIES)}"
            raise ValueError(message)
        if not upstreams:
            message = "there is nobody to ask: no upstream is given"
            raise ValueError(message)
        self.upstreams = tuple(upstreams)
        self.races = strategy == PARALLEL and len(self.upstreams) > 1
        self._places = {upstream: place for place, upstream in enumerate(self.upstreams)}
        self._order = self._by_place if strategy == FAILOVER else self._by_speed
        self._explores = strategy != FAILOVER
        self.turns = EXPLORE
        self._explored = 0
        self.refresh(now)

    def refresh(self, now: float) -> None:
        """Look at everyone's health again: after a failure, and a few times a second."""
        self.preferred = min(self.upstreams, key=self._order)
        due = [
            upstream
            for upstream in self.upstreams
            if upstream.health.is_down and now >= upstream.health.probe_at
        ]
        self.probe = next((upstream for upstream in due if upstream is not self.preferred), None)

    def explore(self) -> Upstream:
        """The preferred upstream or, in turn, another that is not down."""
        self.turns = EXPLORE
        if not self._explores:
            return self.preferred
        others = [
            upstream
            for upstream in self.upstreams
            if upstream is not self.preferred and not upstream.health.is_down
        ]
        if not others:
            return self.preferred
        self._explored += 1
        return others[self._explored % len(others)]

    def take_probe(self, now: float) -> Upstream | None:
        """The upstream that is due to be probed; it is not due again until its back-off is over."""
        probe = self.probe
        if probe is not None:
            probe.health.probed(now)
            self.probe = None
        return probe

    def rival(self, setbacks: Setbacks) -> Upstream | None:
        """Whom to ask beside those that have been asked, if there is one that is not down."""
        others = [
            upstream
            for upstream in self.upstreams
            if upstream not in setbacks.tries and not upstream.health.is_down
        ]
        return min(others, key=self._order, default=None)

    def after(self, setbacks: Setbacks) -> Upstream | None:
        """Whom to ask next for an exchange, or None when all have been asked enough."""
        # Once someone has refused, nobody else is asked twice: there is something to pass on.
        most = 1 if setbacks.refused else TRIES
        tries = setbacks.tries
        left = [
            upstream
            for upstream in self.upstreams
            if upstream not in setbacks.refused and tries.get(upstream, 0) < most
        ]
        # One that is down comes after two tries with one that is not: a packet may just be lost.
        return min(
            left,
            key=lambda one: (tries.get(one, 0) + 2 * one.health.is_down, self._order(one)),
            default=None,
        )

    def _by_speed(self, upstream: Upstream) -> tuple[bool, float, float]:
        health = upstream.health
        if health.is_down:  # the one that is looked at soonest
            return True, health.probe_at, health.cost
        return False, health.cost, 0.0

    def _by_place(self, upstream: Upstream) -> tuple[bool, float, float]:
        health = upstream.health
        return health.is_down, health.probe_at if health.is_down else 0.0, self._places[upstream]
