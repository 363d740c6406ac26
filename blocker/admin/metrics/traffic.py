"""What was asked and how long it took: queries, cache, upstreams."""

from collections.abc import Iterator, Mapping
from typing import Final

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric

from blocker.admin.metrics.family import counter, counters, gauge, nested, observe
from blocker.link import CacheTally, Tally, UpstreamTally

NOTHING: Final = CacheTally(hits=0, misses=0, evictions=0, bytes=0, entries=0)


def query_metrics(totals: Tally) -> Iterator[Metric]:
    yield nested("queries", "Queries.", ("transport", "action"), totals.queries)
    yield counters(
        "unclassified", "Queries to a vendor's zones that no list names.", "vendor",
        totals.unclassified,
    )  # fmt: skip
    if totals.answer_seconds is not None:
        family = HistogramMetricFamily(
            "blocker_answer_seconds", "From a query's arrival to its answer.", labels=[]
        )
        observe(family, [], totals.answer_seconds)
        yield family


def cache_metrics(cache: CacheTally | None) -> Iterator[Metric]:
    told = cache or NOTHING
    yield counter("cache_hits", "Questions answered from the cache.", told["hits"])
    yield counter("cache_misses", "Questions the cache had no answer to.", told["misses"])
    yield counter("cache_evictions", "Answers pushed out for want of room.", told["evictions"])
    yield gauge("cache_bytes", "Room taken by cached answers, in octets.", told["bytes"])
    yield gauge("cache_entries", "Answers in the cache.", told["entries"])


def upstream_metrics(upstreams: Mapping[str, UpstreamTally]) -> Iterator[Metric]:
    requests = CounterMetricFamily(
        "blocker_upstream_requests", "Questions sent to an upstream.", labels=["upstream"]
    )
    errors = CounterMetricFamily(
        "blocker_upstream_errors", "Questions an upstream did not answer, by what happened.",
        labels=["upstream", "kind"],
    )  # fmt: skip
    seconds = HistogramMetricFamily(
        "blocker_upstream_seconds", "From question to answer of an upstream.", labels=["upstream"]
    )
    for url, upstream in sorted(upstreams.items()):
        requests.add_metric([url], upstream["requests"])
        for kind, count in sorted(upstream["errors"].items()):
            errors.add_metric([url, kind], count)
        observe(seconds, [url], upstream["seconds"])
    yield from (requests, errors, seconds)


def dropped_metrics(totals: Tally) -> Iterator[Metric]:
    yield counter(
        "udp_dropped", "Datagrams of clients that the kernel dropped: the buffer was full.",
        totals.datagrams_lost,
    )  # fmt: skip
    yield counter(
        "connections_refused", "Connections of clients that were closed: too many.",
        totals.connections_refused,
    )  # fmt: skip
    yield counter(
        "journal_dropped", "Answers that were not counted: folding could not keep up.",
        totals.journal_dropped,
    )  # fmt: skip
    yield counter(
        "tallies_dropped", "Reports of workers that admin did not take in time.",
        totals.link_dropped,
    )  # fmt: skip
    yield counter(
        "journal_rows_dropped", "Rows of the query log that admin did not take in time.",
        totals.rows_dropped,
    )  # fmt: skip
