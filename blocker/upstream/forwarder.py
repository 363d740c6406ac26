"""Questions that only an upstream can answer: asked once, and answered to everyone who waits.

Rule: `ask` and `answered` are the way of nearly every question and take no detour; what else can
happen is in recovery.py. Time-outs are found by a look over what is in flight, every 50 ms.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Final

from blocker.core.engine import Engine, Forward
from blocker.core.wire import AD, NXDOMAIN
from blocker.upstream.base import Address, Attempt, Clock, Exchange, Transport, Upstream
from blocker.upstream.inflight import send
from blocker.upstream.poller import Poller
from blocker.upstream.race import RACE
from blocker.upstream.recovery import Recovery
from blocker.upstream.routes import Routes, Upstreams

CAPACITY: Final = 4096  # questions in flight
SHARE: Final = 1000  # of one client, so that the rest are served
TICK: Final = 0.05  # seconds
LEAVING: Final = 5.0  # seconds in which an upstream no longer configured still answers

log = logging.getLogger(__name__)


class Forwarder(Recovery):
    """Asks the upstreams for a worker's engine."""

    def __init__(
        self, engine: Engine, upstreams: Sequence[Upstream] | Upstreams, clock: Clock
    ) -> None:
        self.overflows = 0  # questions turned away because too many were in flight
        self._poller = Poller(self, clock)
        self._tick_timer: asyncio.TimerHandle | None = None
        self._leaving: list[tuple[Upstream, float]] = []
        super().__init__(engine, Routes(_as_upstreams(upstreams).shared({}), clock()), clock)
        for upstream in self.upstreams:
            upstream.open(self, self._poller)

    @property
    def upstreams(self) -> Sequence[Upstream]:
        return self._routes.upstreams

    def ask(self, forward: Forward, transport: Transport, address: Address) -> None:
        """Answer `forward` through `transport`, sooner or later."""
        client = forward.client
        held = self._held.get(client, 0)
        if held >= SHARE or self.in_flight >= CAPACITY:
            self._turn_away(forward, transport, address)
            return
        self._held[client] = held + 1
        self.in_flight += 1
        query = forward.query
        exchange = self._exchanges.get(query.key)
        if exchange is not None:
            exchange.waiters.append((forward, transport, address))
            if exchange.setbacks is not None:
                exchange.due = forward.asked  # a stale answer may be due
            return
        now = forward.asked
        routes = self._routes
        choice = routes.of(forward) if routes.several else routes.common
        exchange = Exchange(query, (forward, transport, address), now, choice)
        self._exchanges[query.key] = exchange
        if self._tick_timer is None:
            self._arm()
        choice.turns -= 1
        upstream = choice.preferred if choice.turns else choice.explore()
        upstream.tally.requests += 1
        wait = upstream.health.timeout
        exchange.due = now + (RACE if choice.races and wait > RACE else wait)
        try:
            exchange.current = upstream.send(exchange, now)
        except OSError as error:
            self._setbacks(exchange).tries[upstream] = 1
            self._unsendable(exchange, upstream, error, now)
            self._next(exchange, now)
        if choice.probe is not None:
            self._probe(exchange, now)

    def answered(self, attempt: Attempt, message: bytes, now: float) -> None:
        upstream = attempt.upstream
        seconds = now - attempt.sent
        upstream.tally.observe(seconds)
        rcode = message[3] & 0x0F
        # Two empty sections may be a rcode that does not fit the header.
        doubtful = (rcode and rcode != NXDOMAIN) or message[6:10] == b"\x00\x00\x00\x00"
        if doubtful and self._refused(attempt, message, now):
            return
        if attempt.edns:
            upstream.edns_at = now
        self._heard(upstream, seconds)
        exchange = attempt.exchange
        if exchange.done:
            self._late(exchange, upstream, message, now)
            return
        try:
            answer = self._engine.on_response(exchange.query, message, now)
        except Exception:  # a fault of ours: nobody waits for it, and no server is thought silent
            log.exception("an upstream's answer could not be read")
            answer = None
        if answer is None:
            self._unusable(attempt, now)
            return
        answer.upstream = upstream.url
        # RFC 4035 section 4.9.3: AD says something only where nobody on the way could have set it.
        answer.authentic = upstream.authenticated and message[3] & AD != 0
        waiters = exchange.waiters
        if exchange.setbacks is not None:
            self._settle(exchange, attempt, now)
        self._end(exchange)
        reply = self._engine.reply
        for forward, transport, address in waiters:
            try:
                if packet := reply(forward, answer, now):
                    transport.send(packet, address)
                else:
                    transport.withhold(address)
            except Exception:
                log.exception("an answer could not be passed on")

    def replace(self, upstreams: Sequence[Upstream] | Upstreams) -> None:
        """Ask these from now on. One that is asked already, by its identity, goes on as it is."""
        now = self._clock()
        known = {upstream.identity: upstream for upstream in self.upstreams}
        self._routes = Routes(_as_upstreams(upstreams).shared(known), now)
        for upstream in self.upstreams:
            if known.pop(upstream.identity, None) is None:
                upstream.open(self, self._poller)
        self._leaving += [(upstream, now + LEAVING) for upstream in known.values()]
        self._arm()

    async def drain(self, seconds: float) -> None:
        """Return when nobody waits any more, or after so many seconds."""
        until = self._clock() + seconds
        while self.in_flight and self._clock() < until:  # noqa: ASYNC110 - an event costs per query
            await asyncio.sleep(TICK / 2)

    def close(self) -> None:
        """Let go of every socket. Who still waits gets no answer."""
        if self._tick_timer is not None:
            self._tick_timer.cancel()
        for exchange in self._exchanges.values():
            exchange.done = True  # what is still on its way to us starts nothing new
        self._exchanges.clear()
        for upstream in (*self.upstreams, *(upstream for upstream, _ in self._leaving)):
            upstream.close()
        self._poller.close()

    def _turn_away(self, forward: Forward, transport: Transport, address: Address) -> None:
        self.overflows += 1
        packet = self._engine.turn_away(forward, forward.asked, "too many questions in flight")
        send(transport, packet, address)

    def _arm(self) -> None:
        if self._tick_timer is None:
            self._tick_timer = asyncio.get_running_loop().call_later(TICK, self._tick)

    def _tick(self) -> None:
        self._tick_timer = None
        now = self._clock()
        for exchange in [one for one in self._exchanges.values() if one.due <= now]:
            try:
                self._overdue(exchange, now)
            except Exception:
                log.exception("a question could not be looked after")
                if not exchange.done:  # it would go wrong for ever
                    self._end(exchange)
        try:
            self._look_at_losers(now)
            self._forget_strays(now)
            self._routes.refresh(now)
            for upstream in self.upstreams:
                upstream.sweep(now)
            for upstream in [one for one, until in self._leaving if now >= until]:
                upstream.close()
            self._leaving = [one for one in self._leaving if now < one[1]]
        except Exception:
            log.exception("what is in flight could not be looked over")
        if self._exchanges or self._strays or self._leaving:
            self._arm()


def _as_upstreams(upstreams: Sequence[Upstream] | Upstreams) -> Upstreams:
    return upstreams if isinstance(upstreams, Upstreams) else Upstreams(upstreams)
