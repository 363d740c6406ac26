"""Replies: ready bytes, with what the journal wants to know of them."""

from dataclasses import dataclass

from blocker.core.answer import Answer
from blocker.core.policy import Verdict
from blocker.core.wire import Query


@dataclass(slots=True)
class Reply:
    """A reply after its id, until when it holds, and what it was: an action and the verdict."""

    tail: bytes
    until: float
    action: str
    verdict: Verdict | None

    def renewed(self, now: float) -> bool:
        """Whether the reply holds again, past `until`."""
        return False


@dataclass(slots=True)
class AgingReply(Reply):
    """A reply from an answer: its TTLs are written anew each second while that lives."""

    query: Query
    answer: Answer

    def renewed(self, now: float) -> bool:
        answer = self.answer
        if now >= answer.expires:
            return False
        self.tail = answer.tail(self.query, now)
        self.until = answer.aged_until(now)
        answer.touch()
        return True
