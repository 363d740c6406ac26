"""What becomes of an exchange when its first answer does not simply come.

    time-out, refused connection   the next upstream, or the same once more; 4 s in all
    failing rcode                  the next upstream; when all fail, SERVFAIL
    truncated, or maybe forged     the same question over TCP
    EDNS not understood            without EDNS; by default, when nothing shows that it knows EDNS
    1.8 s without an answer        a stale one if there is one (RFC 8767); the exchange goes on

Rule: an exchange ends once, by an answer or by giving up; till then late answers of any try count.
"""

import contextlib
from collections.abc import Callable
from functools import partial
from typing import Final

from blocker.core.engine import Engine
from blocker.core.extended import NETWORK_ERROR, NO_REACHABLE_AUTHORITY
from blocker.core.wire import AD, BADVERS, FORMERR, NOERROR, NOTIMP, NXDOMAIN
from blocker.upstream.base import Attempt, Clock, Exchange, Setbacks, Upstream
from blocker.upstream.health import LONGEST_WAIT
from blocker.upstream.inflight import is_open, send
from blocker.upstream.packet import is_too_long, rcode_of
from blocker.upstream.race import RACE, Race
from blocker.upstream.routes import Routes
from blocker.upstream.tally import MISMATCH, NETWORK, RCODE, TIMEOUT, TRUNCATED

TOTAL: Final = 4.0  # seconds; a stub resolver gives up after five
CLIENT_TIMER: Final = 1.75  # seconds; with a look every 50 ms the 1.8 of RFC 8767 section 5
PAUSE: Final = 0.2  # seconds before a server that refused is asked again
REMEMBERED: Final = 900.0  # seconds that an upstream's ways with EDNS or letter case are remembered
PLAIN_NAMES: Final = 3  # that got no answer with EDNS; a single one may be odd in itself

BADCOOKIE: Final = 23
NAMES: Final = {1: "FORMERR", 2: "SERVFAIL", 4: "NOTIMP", 5: "REFUSED", 16: "BADVERS"} | dict(
    enumerate(("YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE"), 6)
)


class Recovery(Race):
    """The cold half of the forwarder, which is told of setbacks and finds a way round them."""

    def __init__(self, engine: Engine, routes: Routes, clock: Clock) -> None:
        super().__init__(routes)
        self._engine = engine
        self._clock = clock

    def truncated(self, attempt: Attempt, now: float) -> None:
        attempt.upstream.tally.errors[TRUNCATED] += 1
        self._heard(attempt.upstream, now - attempt.sent)
        if not attempt.exchange.done:
            self._ask_stream(attempt, now)

    def doubted(self, attempt: Attempt, now: float, *, case: bool = False) -> None:
        attempt.upstream.tally.errors[MISMATCH] += 1
        exchange = attempt.exchange
        if exchange.done:
            return
        setbacks = self._setbacks(exchange)
        if case:
            setbacks.case = True
        if not setbacks.streamed:
            setbacks.streamed = True
            self._ask_stream(attempt, now)

    def ununderstood(self, attempt: Attempt, now: float) -> None:
        # The attempt stays: the packet may be forged, and the good answer still on its way.
        exchange = attempt.exchange
        if exchange.done or self._setbacks(exchange).plain:
            return
        self._ask_plain(attempt, now)

    def failed(self, attempt: Attempt, text: str, now: float) -> None:
        attempt.withdraw()
        exchange = attempt.exchange
        if exchange.done or self._has_lost_its_race(attempt, text, now):
            return
        if exchange.current is not attempt:
            return
        exchange.current = None
        upstream = attempt.upstream
        setbacks = self._setbacks(exchange)
        if attempt.stream and setbacks.case:
            upstream.folded_until = now + REMEMBERED
        setbacks.unreachable.add(upstream)
        # A forger can make us ask over TCP: that this fails says nothing about the server.
        blame = not (attempt.stream and setbacks.streamed)
        self._count(exchange, upstream, NETWORK, text, now, blame=blame)
        self._next(exchange, now)

    def _heard(self, upstream: Upstream, seconds: float) -> None:
        """It answered, whatever that is worth; after so long."""
        if upstream.health.heard(seconds):
            self._engine.failures.forget_silence()

    def _refused(self, attempt: Attempt, message: bytes, now: float) -> bool:
        """Whether the response is no answer, by its rcode; if so, what is to be done is done."""
        rcode = rcode_of(message, attempt.question)
        if rcode in (NOERROR, NXDOMAIN) or is_too_long(message, attempt.question):
            return False
        exchange = attempt.exchange
        if exchange.done:
            return True
        setbacks = self._setbacks(exchange)
        if attempt.edns and rcode in (FORMERR, NOTIMP, BADVERS, BADCOOKIE) and not setbacks.plain:
            self._ask_plain(attempt, now)
            return True
        upstream = attempt.upstream
        setbacks.refused.add(upstream)
        name = NAMES.get(rcode, str(rcode))
        self._count(exchange, upstream, RCODE, name, now, blame=False)
        # An earlier try may still be under way elsewhere; if not, this was what we waited for.
        if exchange.current is attempt or exchange.current is None:
            self._next(exchange, now)
        return True

    def _late(self, exchange: Exchange, upstream: Upstream, message: bytes, now: float) -> None:
        """An answer after its exchange had ended: nobody waits, but the next one asks again."""
        known = self._engine.answers.get(exchange.query.key)
        if known is None or now >= known.expires:
            answer = self._engine.on_response(exchange.query, message, now)
            if answer is not None:
                answer.upstream = upstream.url
                answer.authentic = upstream.authenticated and message[3] & AD != 0

    def _unusable(self, attempt: Attempt, now: float) -> None:
        """It answers the question, and cannot be used: aliases that go round, say."""
        exchange, upstream = attempt.exchange, attempt.upstream
        setbacks = self._setbacks(exchange)
        if not attempt.stream and not setbacks.streamed:
            self.doubted(attempt, now)
            return
        setbacks.refused.add(upstream)
        self._count(exchange, upstream, MISMATCH, "sent no usable answer", now, blame=False)
        if exchange.current is attempt or exchange.current is None:
            self._next(exchange, now)

    def _settle(self, exchange: Exchange, attempt: Attempt, now: float) -> None:
        """A good answer in the end: remember what it took."""
        setbacks = self._setbacks(exchange)
        self._note_loser(exchange, setbacks, attempt)
        upstream = attempt.upstream
        if setbacks.plain and not attempt.edns:
            self._note_plain(upstream, exchange.query.name, now)
        if setbacks.case and attempt.stream:
            upstream.folded_until = now + REMEMBERED
        for other in setbacks.refused:
            if other is not upstream:
                other.health.failed(now)
        self._strays += [one for one in setbacks.attempts if one is not attempt]

    @staticmethod
    def _note_plain(upstream: Upstream, name: bytes, now: float) -> None:
        """Without EDNS there is no DNSSEC for anyone, so a name must not suffice to give it up."""
        names = upstream.plain_names
        if now < upstream.edns_at + REMEMBERED:
            names.clear()
            return
        names.add(name)
        if len(names) >= PLAIN_NAMES:
            names.clear()
            upstream.plain_until = now + REMEMBERED

    def _overdue(self, exchange: Exchange, now: float) -> None:
        """The moment came that this exchange was to be looked at again."""
        setbacks = self._setbacks(exchange)
        if now >= exchange.started + TOTAL:
            self._give_up(exchange, now)
            return
        if now >= exchange.started + CLIENT_TIMER and exchange.waiters and not setbacks.no_stale:
            self._answer_stale(exchange, setbacks, now)
        if exchange.choice.races and not setbacks.raced and now >= exchange.started + RACE:
            self._race(exchange, setbacks, now)
        if now >= setbacks.try_due:
            attempt = exchange.current
            if attempt is not None:
                exchange.current = None
                upstream = attempt.upstream
                # Who answers others on connections that end is not silent.
                blame = not (attempt.losses or (attempt.stream and setbacks.streamed))
                self._count(exchange, upstream, TIMEOUT, "timeout", now, blame=blame)
                upstream.timed_out(attempt, now)
            self._next(exchange, now)
        self._schedule(exchange, setbacks)

    def _next(self, exchange: Exchange, now: float) -> None:
        """Ask whoever is next; when all were asked enough, wait; give up if no answer can come."""
        setbacks = self._setbacks(exchange)
        if now >= exchange.started + TOTAL:
            self._give_up(exchange, now)
            return
        if self._rival_goes_on(exchange, setbacks):
            self._schedule(exchange, setbacks)
            return
        while (upstream := exchange.choice.after(setbacks)) is not None:
            if upstream in setbacks.unreachable:
                if upstream.health.is_down:
                    break
                setbacks.unreachable.clear()
                setbacks.try_due = now + PAUSE
                self._schedule(exchange, setbacks)
                return
            tries = setbacks.tries[upstream] = setbacks.tries.get(upstream, 0) + 1
            wait = upstream.health.timeout * 2 ** (tries - 1)
            if self._start(exchange, upstream, wait, now, upstream.send):
                return
        if setbacks.refused or not any(map(is_open, setbacks.attempts)):
            self._give_up(exchange, now)
            return
        setbacks.try_due = exchange.started + TOTAL
        self._schedule(exchange, setbacks)

    def _start(
        self,
        exchange: Exchange,
        upstream: Upstream,
        wait: float,
        now: float,
        send: Callable[[Exchange, float], Attempt],
    ) -> bool:
        setbacks = self._setbacks(exchange)
        upstream.tally.requests += 1
        try:
            attempt = send(exchange, now)
        except OSError as error:
            self._unsendable(exchange, upstream, error, now)
            return False
        exchange.current = attempt
        setbacks.attempts.append(attempt)
        setbacks.try_due = now + wait
        self._schedule(exchange, setbacks)
        return True

    def _ask_stream(self, attempt: Attempt, now: float) -> None:
        attempt.withdraw()
        upstream = attempt.upstream
        if not self._start(attempt.exchange, upstream, LONGEST_WAIT, now, upstream.send_stream):
            self._next(attempt.exchange, now)

    def _ask_plain(self, attempt: Attempt, now: float) -> None:
        self._setbacks(attempt.exchange).plain = True
        upstream = attempt.upstream
        wait = upstream.health.timeout
        if not self._start(
            attempt.exchange, upstream, wait, now, partial(upstream.send, edns=False)
        ):
            self._next(attempt.exchange, now)

    def _probe(self, exchange: Exchange, now: float) -> None:
        """Ask an upstream that is down as well. Nobody waits for it; its answer makes it well."""
        probe = exchange.choice.take_probe(now)
        if probe is None or exchange.done:
            return
        probe.tally.requests += 1
        with contextlib.suppress(OSError):
            self._setbacks(exchange).attempts.append(probe.send(exchange, now))

    def _schedule(self, exchange: Exchange, setbacks: Setbacks) -> None:
        due = min(setbacks.try_due, exchange.started + TOTAL)
        if exchange.waiters and not setbacks.no_stale:
            due = min(due, exchange.started + CLIENT_TIMER)
        if exchange.choice.races and not setbacks.raced:
            due = min(due, exchange.started + RACE)
        exchange.due = due

    def _answer_stale(self, exchange: Exchange, setbacks: Setbacks, now: float) -> None:
        for forward, transport, address in exchange.waiters:
            packet = self._engine.stale(forward, now)
            if packet is None:  # and so for everyone who asked this
                setbacks.no_stale = True
                return
            send(transport, packet, address)
        self._release(exchange)

    def _give_up(self, exchange: Exchange, now: float) -> None:
        setbacks = self._setbacks(exchange)
        ede = NETWORK_ERROR if setbacks.kind == NETWORK else NO_REACHABLE_AUTHORITY
        silent = not setbacks.refused
        self._strays += setbacks.attempts
        waiters = exchange.waiters
        self._end(exchange)
        for forward, transport, address in waiters:
            packet = self._engine.on_failure(forward, now, ede, setbacks.text, silent=silent)
            send(transport, packet, address)
