"""`strategy: parallel`: a second upstream is asked when the first has not answered in 300 ms.

Rule: whoever answers first has won, and nobody is late for that. What the loser does is still news
about it: an answer says how quick it is, and none within its time is a failure.
"""

from typing import Final

from blocker.upstream.base import Attempt, Exchange, Setbacks
from blocker.upstream.blame import Blame
from blocker.upstream.inflight import is_open
from blocker.upstream.tally import NETWORK, TIMEOUT

RACE: Final = 0.3  # seconds after which the second starts


class Race(Blame):
    """The part of the forwarder that asks two at a time."""

    def _race(self, exchange: Exchange, setbacks: Setbacks, now: float) -> None:
        setbacks.raced = True
        upstream = exchange.choice.rival(setbacks)
        if upstream is None:
            return
        setbacks.tries[upstream] = 1
        upstream.tally.requests += 1
        try:
            setbacks.rival = upstream.send(exchange, now)
        except OSError as error:
            self._unsendable(exchange, upstream, error, now)
            return
        setbacks.attempts.append(setbacks.rival)

    def _has_lost_its_race(self, attempt: Attempt, text: str, now: float) -> bool:
        """Whether it was the second that failed. The first goes on."""
        setbacks = attempt.exchange.setbacks
        if setbacks is None or setbacks.rival is not attempt:
            return False
        setbacks.rival = None
        setbacks.unreachable.add(attempt.upstream)
        self._count(attempt.exchange, attempt.upstream, NETWORK, text, now, blame=True)
        return True

    def _rival_goes_on(self, exchange: Exchange, setbacks: Setbacks) -> bool:
        """The first has failed: whether its rival is under way, which is then waited for."""
        rival, setbacks.rival = setbacks.rival, None
        if rival is None or not is_open(rival):
            return False
        exchange.current = rival
        setbacks.try_due = rival.sent + rival.upstream.health.timeout
        return True

    def _note_loser(self, exchange: Exchange, setbacks: Setbacks, winner: Attempt) -> None:
        """Those who were not late yet when another answered have the rest of their time."""
        for attempt in (exchange.current, setbacks.rival):
            if setbacks.raced and attempt is not None and attempt is not winner:
                attempt.owed_until = attempt.sent + attempt.upstream.health.timeout

    def _look_at_losers(self, now: float) -> None:
        for attempt in self._strays:
            if attempt.owed_until and now >= attempt.owed_until:
                attempt.owed_until = 0.0
                if is_open(attempt):
                    attempt.upstream.tally.errors[TIMEOUT] += 1
                    attempt.upstream.timed_out(attempt, now)
                    self._blame(attempt.upstream, "timeout", now)
