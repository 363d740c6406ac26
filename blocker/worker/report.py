"""A worker's Tally, put together from the counters of its parts."""

import os
from collections.abc import Iterable, Mapping

from blocker.core.engine import Engine
from blocker.core.journal import ANSWER_SECONDS
from blocker.link import Accounts, CacheTally, Histogram, Tally, UpstreamTally
from blocker.upstream.tally import BUCKETS
from blocker.upstream.tally import Tally as Asked


def report(
    worker: int, generation: int, engine: Engine, asked: Iterable[tuple[str, Asked]]
) -> Tally:
    """All counts since the process began; `asked` has a tally for each upstream, by its URL."""
    counted, answers = engine.tally, engine.answers
    return Tally(
        worker=worker,
        pid=os.getpid(),
        generation=generation,
        queries=_nested(counted.queries),
        accounts=_accounts(counted.accounts),
        cache=CacheTally(
            hits=counted.hits,
            misses=engine.misses,
            evictions=answers.evictions,
            bytes=answers.octets,
            entries=len(answers),
        ),
        upstreams=_upstreams(asked),
        answer_seconds=Histogram(
            bounds=list(ANSWER_SECONDS), counts=counted.seconds, sum=counted.seconds_sum
        ),
        journal_dropped=counted.dropped,
    )


def _upstreams(asked: Iterable[tuple[str, Asked]]) -> dict[str, UpstreamTally]:
    tallies: dict[str, UpstreamTally] = {}
    for url, counted in asked:
        known = tallies.setdefault(url, _never_asked())
        known["requests"] += counted.requests
        for kind, count in counted.errors.items():
            known["errors"][kind] = known["errors"].get(kind, 0) + count
        seconds = known["seconds"]
        seconds["counts"] = [a + b for a, b in zip(seconds["counts"], counted.counts, strict=True)]
        seconds["sum"] += counted.seconds
    return tallies


def _never_asked() -> UpstreamTally:
    nothing = Histogram(bounds=list(BUCKETS), counts=[0] * (len(BUCKETS) + 1), sum=0.0)
    return UpstreamTally(requests=0, errors={}, seconds=nothing)


def _accounts(counts: Mapping[tuple[str, str, str], int]) -> Accounts:
    accounts: Accounts = {}
    for (vendor, purpose, outcome), count in counts.items():
        accounts.setdefault(vendor, {}).setdefault(purpose, {})[outcome] = count
    return accounts


def _nested(counts: Mapping[tuple[str, str], int]) -> dict[str, dict[str, int]]:
    nested: dict[str, dict[str, int]] = {}
    for (outer, inner), count in counts.items():
        nested.setdefault(outer, {})[inner] = count
    return nested
