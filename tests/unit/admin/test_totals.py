"""Sums over workers, and what stays of one that has died."""

from blocker.admin.totals import add_up, of_the_dead
from blocker.link import Histogram, Tally, UpstreamTally


def tally(**fields: object) -> Tally:
    return Tally(worker=0, pid=1, generation=1, **fields)  # type: ignore[arg-type]


def seconds(*counts: int, total: float) -> Histogram:
    return Histogram(bounds=[0.1, 1.0], counts=list(counts), sum=total)


ONE = tally(
    queries={"udp": {"blocked": 3}, "tcp": {"cached": 1}},
    accounts={"xiaomi": {"analytics": {"blocked": 3}, "unclassified": {"allowed": 2}}},
    cache={"hits": 1, "misses": 2, "evictions": 3, "bytes": 400, "entries": 5},
    upstreams={
        "udp://192.0.2.53": UpstreamTally(
            requests=2, errors={"timeout": 1}, seconds=seconds(1, 0, 0, total=0.1)
        )
    },
    answer_seconds=seconds(1, 2, 3, total=9.0),
    journal_dropped=1,
    rows_dropped=2,
    datagrams_lost=6,
    connections_refused=7,
)
OTHER = tally(
    queries={"udp": {"blocked": 4, "cached": 1}},
    accounts={
        "xiaomi": {
            "analytics": {"blocked": 1, "allowed": 7},
            "push": {"blocked": 1},
            "unclassified": {"allowed": 1},
        },
        "oppo": {"analytics": {"blocked": 2}, "unclassified": {"allowed": 4}},
    },
    cache={"hits": 10, "misses": 20, "evictions": 30, "bytes": 4000, "entries": 50},
    upstreams={
        "udp://192.0.2.53": UpstreamTally(
            requests=3, errors={"timeout": 1, "rcode": 1}, seconds=seconds(0, 1, 1, total=2.0)
        ),
        "tcp://192.0.2.54": UpstreamTally(
            requests=1, errors={}, seconds=seconds(1, 0, 0, total=0.05)
        ),
    },
    answer_seconds=seconds(1, 1, 1, total=3.0),
)


def test_nothing_adds_up_to_nothing() -> None:
    total = add_up([])
    assert total.queries == {}
    assert total.cache is None


def test_counts_are_added_label_by_label() -> None:
    total = add_up([ONE, OTHER])
    assert total.queries == {"udp": {"blocked": 7, "cached": 1}, "tcp": {"cached": 1}}
    assert total.accounts["xiaomi"]["analytics"] == {"blocked": 4, "allowed": 7}
    assert total.accounts["xiaomi"]["push"] == {"blocked": 1}
    assert total.accounts["oppo"]["analytics"] == {"blocked": 2}
    assert total.unclassified == {"xiaomi": 3, "oppo": 4}
    assert total.cache == {"hits": 11, "misses": 22, "evictions": 33, "bytes": 4400, "entries": 55}
    assert total.answer_seconds == seconds(2, 3, 4, total=12.0)
    asked = total.upstreams["udp://192.0.2.53"]
    assert asked == UpstreamTally(
        requests=5, errors={"timeout": 2, "rcode": 1}, seconds=seconds(1, 1, 1, total=2.1)
    )
    assert total.upstreams["tcp://192.0.2.54"]["requests"] == 1
    assert (total.journal_dropped, total.rows_dropped) == (1, 2)
    assert (total.datagrams_lost, total.connections_refused) == (6, 7)


def test_what_the_sockets_of_a_dead_worker_count_its_successor_tells() -> None:
    total = of_the_dead(OTHER, ONE)
    assert (total.datagrams_lost, total.connections_refused) == (0, 7)


def test_adding_up_leaves_what_was_added_alone() -> None:
    before = [ONE.encode(), OTHER.encode()]
    add_up([ONE, OTHER])
    add_up([ONE, OTHER])
    assert [ONE.encode(), OTHER.encode()] == before


def test_the_dead_have_counts_but_fill_no_cache() -> None:
    base = of_the_dead(OTHER, ONE)
    assert base.queries == add_up([ONE, OTHER]).queries
    assert base.cache == {"hits": 11, "misses": 22, "evictions": 33, "bytes": 0, "entries": 0}
