"""What was asked, of one Tally."""

from blocker.admin.metrics.text import PROMETHEUS, written
from blocker.admin.metrics.traffic import (
    cache_metrics,
    dropped_metrics,
    query_metrics,
    upstream_metrics,
)
from blocker.link import Histogram, Tally, UpstreamTally

SECONDS = Histogram(bounds=[0.1], counts=[2, 1], sum=0.5)


def test_a_tally_as_text() -> None:
    tally = Tally(
        worker=0, pid=1, generation=1,
        queries={"udp": {"blocked": 3}},
        accounts={"xiaomi": {"unclassified": {"allowed": 5}}},
        answer_seconds=SECONDS, journal_dropped=1, link_dropped=2, rows_dropped=3,
        datagrams_lost=4, connections_refused=5,
    )  # fmt: skip
    upstream = UpstreamTally(requests=3, errors={"timeout": 1}, seconds=SECONDS)
    families = [
        *query_metrics(tally),
        *cache_metrics(None),
        *upstream_metrics({"udp://192.0.2.53": upstream}),
        *dropped_metrics(tally),
    ]
    lines = written(families, PROMETHEUS).decode().splitlines()
    found = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    of = 'upstream="udp://192.0.2.53"'
    expected = {
        'blocker_queries_total{transport="udp",action="blocked"}': "3.0",
        'blocker_unclassified_total{vendor="xiaomi"}': "5.0",
        'blocker_answer_seconds_bucket{le="0.1"}': "2.0",
        'blocker_answer_seconds_bucket{le="+Inf"}': "3.0",
        "blocker_cache_hits_total": "0.0",
        f"blocker_upstream_requests_total{{{of}}}": "3.0",
        f'blocker_upstream_errors_total{{{of},kind="timeout"}}': "1.0",
        f"blocker_upstream_seconds_sum{{{of}}}": "0.5",
        "blocker_journal_dropped_total": "1.0",
        "blocker_tallies_dropped_total": "2.0",
        "blocker_journal_rows_dropped_total": "3.0",
        "blocker_udp_dropped_total": "4.0",
        "blocker_connections_refused_total": "5.0",
    }
    assert expected.items() <= found.items()
