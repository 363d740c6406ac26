"""A client's question that has to be forwarded, with what its reply needs."""

from dataclasses import dataclass

from blocker.core.journal import Journal
from blocker.core.local import Aliased
from blocker.core.policy import Verdict
from blocker.core.view import View
from blocker.core.wire import Query


@dataclass(slots=True, eq=False)
class Forward:
    """A query that only an upstream can answer, with what is needed to answer its client then."""

    query: Query
    packet_id: bytes
    client: str
    view: View
    verdict: Verdict | None
    asked: float
    journal: Journal
    aliased: Aliased | None = None  # when `query` is for the target of a local alias

    @property
    def question(self) -> Query:
        """What its client asked: perhaps for an alias of the name that is asked upstream."""
        return self.aliased.query if self.aliased else self.query
