"""What went wrong with an exchange, and what that says about the upstream.

Rule: a failure is counted once, with the words that a client may read; and the moment an upstream
counts as down is in the log, for that is what its owner will ask about.
"""

import logging

from blocker.upstream.base import Exchange, Setbacks, Upstream
from blocker.upstream.endpoint import reason_of
from blocker.upstream.inflight import InFlight
from blocker.upstream.routes import Routes
from blocker.upstream.tally import NETWORK

log = logging.getLogger(__name__)


class Blame(InFlight):
    """The exchanges in flight, with their setbacks."""

    def __init__(self, routes: Routes) -> None:
        super().__init__()
        self._routes = routes

    def _setbacks(self, exchange: Exchange) -> Setbacks:
        if exchange.setbacks is None:
            due = exchange.due
            if exchange.choice.races and exchange.current is not None:
                # The race begins before anyone is late.
                due = exchange.started + exchange.current.upstream.health.timeout
            exchange.setbacks = Setbacks(exchange.current, due)
        return exchange.setbacks

    def _unsendable(
        self, exchange: Exchange, upstream: Upstream, error: OSError, now: float
    ) -> None:
        self._setbacks(exchange).unreachable.add(upstream)
        self._count(exchange, upstream, NETWORK, reason_of(error), now, blame=True)

    def _count(
        self,
        exchange: Exchange,
        upstream: Upstream,
        kind: str,
        text: str,
        now: float,
        *,
        blame: bool,
    ) -> None:
        setbacks = self._setbacks(exchange)
        setbacks.kind = kind
        setbacks.text = f"{upstream.name} {text}"
        upstream.tally.errors[kind] += 1
        if blame:
            self._blame(upstream, text, now)

    def _blame(self, upstream: Upstream, text: str, now: float) -> None:
        health = upstream.health
        was_down = health.is_down
        health.failed(now)
        if health.is_down and not was_down:
            log.warning("the upstream %s is down: %s", upstream.url, text)
        self._routes.refresh(now)
