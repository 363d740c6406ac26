"""What is told of the query log."""

from blocker.admin.metrics.querylog import USUAL, log_metrics
from blocker.querylog.log import LogCounts


def told(counts: LogCounts) -> dict[str, dict[str, float]]:
    return {
        family.name.removeprefix("blocker_querylog_"): {
            "".join(each.labels.values()): each.value for each in family.samples
        }
        for family in log_metrics(counts)
    }


def test_what_it_wrote_lost_and_takes() -> None:
    counts = LogCounts(
        written=5, waiting=2, dropped={"disk full": 7}, octets=4096, oldest=1000, error="disk full",
        damaged=1,
    )  # fmt: skip
    assert told(counts) == {
        "rows": {"": 5},
        "waiting_rows": {"": 2},
        "dropped": dict.fromkeys(USUAL, 0) | {"disk full": 7},
        "damaged": {"": 1},
        "bytes": {"": 4096},
        "failing": {"": 1},
        "oldest_timestamp_seconds": {"": 1000},
    }


def test_an_empty_log_has_no_oldest_row() -> None:
    counts = LogCounts(written=0, waiting=0, dropped={}, octets=0, oldest=0, error="")
    found = told(counts)
    assert "oldest_timestamp_seconds" not in found
    assert found["failing"] == {"": 0}
