"""How the query log is doing: what it wrote, what it lost and why, how large it is."""

from collections.abc import Iterator
from typing import Final

from prometheus_client.core import Metric

from blocker.admin.metrics.family import counter, counters, gauge
from blocker.querylog.log import LogCounts

# Told from the start, for an increase from nothing is none to Prometheus.
USUAL: Final = ("disk full", "locked", "too many", "too slow")


def log_metrics(counts: LogCounts) -> Iterator[Metric]:
    yield counter("querylog_rows", "Rows written to the query log.", counts.written)
    yield gauge("querylog_waiting_rows", "Rows that wait for the disk.", counts.waiting)
    yield counters(
        "querylog_dropped",
        "Rows the query log lost, by what happened.",
        "reason",
        dict.fromkeys(USUAL, 0) | counts.dropped,
    )
    yield counter(
        "querylog_damaged", "Times its file was damaged, and a new log begun.", counts.damaged
    )
    yield gauge("querylog_bytes", "Octets of disk the query log takes.", counts.octets)
    yield gauge("querylog_failing", "1 while the query log cannot be written.", counts.error != "")
    if counts.oldest:
        yield gauge(
            "querylog_oldest_timestamp_seconds", "When the oldest row in the query log was asked.",
            counts.oldest,
        )  # fmt: skip
