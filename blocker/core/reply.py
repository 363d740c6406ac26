"""Replies: ready bytes, with what the journal wants to know of them."""

from dataclasses import dataclass, replace
from weakref import ReferenceType

from blocker.core.answer import Answer
from blocker.core.extended import (
    NOT_AUTHORITATIVE,
    OVER_QUOTA,
    PROHIBITED,
    RATE_LIMITED,
    error,
)
from blocker.core.policy import Verdict
from blocker.core.row import Action
from blocker.core.wire import REFUSED, SERVFAIL, UDP_PAYLOAD, FormatError, Query, frame, opt

# Octets beside the packet itself, with a key and its place: measured, CPython 3.11.
_OVERHEAD = 300
_OVERHEAD_OF_ANSWERS = 540
_TOLD = 10 + 255 + 4  # octets of a reply after its id that the journal reads: up to the question


@dataclass(slots=True, eq=False)
class Reply:
    """A reply after its id, until when it holds, and what it was: an action and the verdict.

    Counted by identity: a ready reply is one object however often it is given.
    """

    tail: bytes
    until: float
    action: Action
    verdict: Verdict | None

    def renewed(self, now: float) -> bool:
        """Whether the reply holds again, past `until`."""
        return False

    @property
    def heard(self) -> tuple[str, float]:
        """Which upstream said so, if one did, and how many seconds that took now."""
        return "", 0.0

    @property
    def octets(self) -> int:
        """The memory that it takes while kept ready."""
        return _OVERHEAD + len(self.tail)


@dataclass(slots=True, eq=False)
class AgingReply(Reply):
    """A reply from an answer: its TTLs are written anew each second while that lives.

    It holds on to none that the store lets go of: the store has a bound, and this would be another.
    """

    query: Query
    answer: "ReferenceType[Answer]"
    upstream: str

    def renewed(self, now: float) -> bool:
        answer = self.answer()
        if answer is None or now >= answer.expires:
            return False
        self.tail = answer.tail(self.query, now)
        self.until = answer.aged_until(now)
        answer.touch()
        return True

    @property
    def heard(self) -> tuple[str, float]:
        return self.upstream, 0.0

    @property
    def octets(self) -> int:
        return _OVERHEAD_OF_ANSWERS + len(self.tail)


@dataclass(slots=True, eq=False)
class Waited(Reply):
    """A reply that a client waited for."""

    upstream: str
    seconds: float

    @property
    def heard(self) -> tuple[str, float]:
        return self.upstream, self.seconds


@dataclass(slots=True, eq=False)
class Silence(Reply):
    """No reply, because a rule says so; what was asked is kept for the journal."""

    question: bytes


def silence(query: Query, verdict: Verdict | None) -> Silence:
    """What a client gets whose query is dropped by a rule."""
    return Silence(b"", 0.0, "blocked", verdict, query.question)


def said(query: Query, tail: bytes, now: float, action: Action, verdict: Verdict | None) -> Reply:
    """What a client gets once; nothing to send is a silence."""
    return Reply(tail, now, action, verdict) if tail else silence(query, verdict)


def told(reply: Reply) -> Reply:
    """What the journal is told of a reply: of a large one, which is made for one query, only the
    beginning. The journal holds on to it for seconds.
    """
    return reply if len(reply.tail) <= UDP_PAYLOAD else replace(reply, tail=reply.tail[:_TOLD])


def waited(reply: Reply, now: float, upstream: str, seconds: float) -> Reply:
    """What the journal is told of a reply; a silence stays one, for it alone has the question."""
    if not reply.tail:
        return reply
    return Waited(reply.tail[:_TOLD], now, reply.action, reply.verdict, upstream, seconds)


def malformed(error: FormatError) -> Reply:
    """What a packet gets that is no query we can serve; nothing to send is silence."""
    return Reply(error.reply, 0.0, "malformed" if error.reply else "dropped", None)


def refused(query: Query, *, limited: bool = False) -> Reply:
    """What a client gets that may not ask, or has asked too much."""
    if limited:
        tail = _error(query, REFUSED, RATE_LIMITED, "too many questions within a minute")
        return Reply(tail, 0.0, "limited", None)
    tail = _error(query, REFUSED, PROHIBITED, "this resolver serves its own network only")
    return Reply(tail, 0.0, "refused", None)


def not_recursed(query: Query) -> Reply:
    """What a client gets that asks for no recursion (RD=0) about what is not said here.

    Only the answers of others could be given to it, and those are nobody's to look into: that is
    how to find out what others have asked for.
    """
    tail = _error(query, REFUSED, NOT_AUTHORITATIVE, "without recursion: only what is decided here")
    return Reply(tail, 0.0, "refused", None)


def turned_away(query: Query, text: str, verdict: Verdict | None) -> Reply:
    """What a client gets whose question is not asked, because there is no room."""
    return Reply(_error(query, REFUSED, OVER_QUOTA, text), 0.0, "failed", verdict)


def failed(query: Query, ede: int, text: str, verdict: Verdict | None) -> Reply:
    """SERVFAIL, with an extended error that says why (RFC 8914)."""
    return Reply(_error(query, SERVFAIL, ede, text), 0.0, "failed", verdict)


def _error(query: Query, rcode: int, ede: int, text: str) -> bytes:
    extended = opt(query.shape, error(ede, text))
    return frame(query.shape, rcode, 0, 0, 1 if extended else 0) + query.question + extended
