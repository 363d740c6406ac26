"""Counters of an upstream."""

from blocker.upstream.tally import BUCKETS, Tally


def test_an_answer_counts_in_the_first_bucket_that_holds_it() -> None:
    tally = Tally()
    for seconds in (0.0002, 0.001, 0.0011, 2.5, 2.6):
        tally.observe(seconds)
    assert tally.counts[0] == 2
    assert tally.counts[1] == 1
    assert tally.counts[len(BUCKETS) - 1] == 1
    assert tally.counts[-1] == 1
    assert round(tally.seconds, 4) == 5.1023


def test_errors_count_by_kind() -> None:
    tally = Tally()
    tally.errors["timeout"] += 1
    assert tally.errors["network"] == 0
    assert tally.errors == {"timeout": 1}
