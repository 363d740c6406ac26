"""What an upstream is, and what passes between it and the forwarder.

Rule: an upstream sends a question and says what became of it. It never tries again by itself, and
never decides what a client gets: that is the forwarder's.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from blocker.core.engine import Forward
from blocker.core.wire import Query
from blocker.upstream.health import Health
from blocker.upstream.tally import Tally

if TYPE_CHECKING:
    from blocker.upstream.choice import Choice
    from blocker.upstream.poller import Poller

Clock = Callable[[], float]
Address = Any  # whatever the listener's transport takes back


class Transport(Protocol):
    """Where a reply goes: the listener's side."""

    def send(self, packet: bytes, address: Address) -> None: ...
    def withhold(self, address: Address) -> None: ...  # no reply will come: a rule says so


Waiter = tuple[Forward, Transport, Address]


class Setbacks:
    """What went wrong with an exchange so far. Most exchanges have none."""

    __slots__ = (
        *("attempts", "case", "kind", "no_stale", "plain", "raced", "refused", "rival"),
        *("streamed", "text", "tries", "try_due", "unreachable"),
    )

    def __init__(self, first: "Attempt | None", due: float) -> None:
        self.attempts: list[Attempt] = [first] if first else []
        self.tries: dict[Upstream, int] = {first.upstream: 1} if first else {}
        self.try_due = due  # when the try under way times out
        self.refused: set[Upstream] = set()  # these answered, with an rcode that is no answer
        self.unreachable: set[Upstream] = set()
        self.streamed = False  # a packet was doubtful, so TCP was tried
        self.case = False  # an answer came with the letters' case changed
        self.plain = False  # EDNS was not understood, so it was left out
        self.no_stale = False
        self.raced = False  # a second upstream was asked beside the first
        self.rival: Attempt | None = None
        self.kind = ""  # of the last failure, and its text for the client
        self.text = ""


class Exchange:
    """One question in flight, and everyone who waits for it."""

    __slots__ = ("choice", "current", "done", "due", "query", "setbacks", "started", "waiters")

    def __init__(self, query: Query, waiter: Waiter, now: float, choice: "Choice") -> None:
        self.query = query
        self.choice = choice  # whom it may be asked of
        self.waiters = [waiter]
        self.started = now
        self.due = now  # when the forwarder looks at it again
        self.current: Attempt | None = None
        self.done = False
        self.setbacks: Setbacks | None = None


class Attempt:
    """One question sent to one upstream; in `pending`, under its id, until it is answered."""

    __slots__ = (
        *("edns", "exchange", "losses", "owed_until", "packet_id", "pending", "question"),
        *("resent", "sent", "stream", "upstream"),
    )

    def __init__(
        self,
        exchange: Exchange,
        upstream: "Upstream",
        pending: "dict[bytes, Attempt]",
        packet_id: bytes,
        question: bytes,
        sent: float,
        edns: bool,
        stream: bool = False,
    ) -> None:
        self.exchange = exchange
        self.upstream = upstream
        self.pending = pending
        self.packet_id = packet_id
        self.question = question  # as sent, letter for letter
        self.sent = sent
        self.edns = edns
        self.stream = stream
        self.losses = 0  # connections that ended under it, after answering others
        self.resent = False  # asked once more, though it may be what a connection ended of
        self.owed_until = 0.0  # when another was quicker: till then it may still prove itself well

    def withdraw(self) -> None:
        """Take no answer to it any more."""
        if self.pending.get(self.packet_id) is self:
            del self.pending[self.packet_id]


class Sink(Protocol):
    """Who is told what became of an attempt: the forwarder."""

    def answered(self, attempt: Attempt, message: bytes, now: float) -> None:
        """A response to this very question, whole."""

    def truncated(self, attempt: Attempt, now: float) -> None:
        """A response that did not fit its packet."""

    def doubted(self, attempt: Attempt, now: float, *, case: bool = False) -> None:
        """A packet came that is nearly its answer, but may be forged. case: only letters differ."""

    def ununderstood(self, attempt: Attempt, now: float) -> None:
        """A header came that says FORMERR or NOTIMP, without the question. It may be forged."""

    def failed(self, attempt: Attempt, text: str, now: float) -> None:
        """The network says that no answer will come."""


class Upstream(ABC):
    """One resolver to ask. url is how it was configured, name how errors call it: 192.0.2.53#53.

    authenticated: it has proved who it is, so that its word for an answer (AD) counts.
    """

    authenticated = False

    def __init__(self, url: str, name: str) -> None:
        self.url = url
        self.identity: tuple[str, ...] = (url,)  # another of these is another upstream
        self.name = name
        self.health = Health()
        self.tally = Tally()
        self.plain_until = 0.0  # until then it is asked without EDNS
        self.edns_at = -math.inf  # when it last answered a question with EDNS
        self.plain_names: set[bytes] = set()  # that it answered only without
        self.folded_until = 0.0  # until then it is asked in lower case

    @abstractmethod
    def open(self, sink: Sink, poller: "Poller") -> None:
        """Report to `sink` from now on. Called once, before anything else."""

    @abstractmethod
    def send(self, exchange: Exchange, now: float, *, edns: bool = True) -> Attempt:
        """Ask. OSError when it cannot even be sent."""

    @abstractmethod
    def send_stream(self, exchange: Exchange, now: float) -> Attempt:
        """Ask over TCP, where answers are whole and hard to forge."""

    @abstractmethod
    def timed_out(self, attempt: Attempt, now: float) -> None:
        """Nothing came in time. A late answer is still welcome."""

    @abstractmethod
    def sweep(self, now: float) -> None:
        """A few times a second while something is in flight: let go what is of no more use."""

    @abstractmethod
    def close(self) -> None: ...
