"""Adding up what several worker processes have counted."""

from collections.abc import Iterable

from blocker.link import CacheTally, Histogram, Tally, UpstreamTally


def add_up(tallies: Iterable[Tally]) -> Tally:
    """One Tally with the sums; what is a level and no count (cache octets) is summed as well."""
    total = Tally(worker=-1, pid=0, generation=0)
    for tally in tallies:
        _add_nested(total.queries, tally.queries)
        for vendor, purposes in tally.accounts.items():
            _add_nested(total.accounts.setdefault(vendor, {}), purposes)
        if tally.cache is not None:
            total.cache = _cache_sum(total.cache, tally.cache) if total.cache else tally.cache
        for url, upstream in tally.upstreams.items():
            asked = total.upstreams.get(url)
            total.upstreams[url] = _upstream_sum(asked, upstream) if asked else upstream
        if (seconds := tally.answer_seconds) is not None:
            known = total.answer_seconds
            total.answer_seconds = _histogram_sum(known, seconds) if known else seconds
        total.journal_dropped += tally.journal_dropped
        total.link_dropped += tally.link_dropped
        total.rows_dropped += tally.rows_dropped
        total.datagrams_lost += tally.datagrams_lost
        total.connections_refused += tally.connections_refused
    return total


def of_the_dead(base: Tally, last: Tally) -> Tally:
    """What remains of a process that has ended: its counts, not its levels, and not what its
    sockets count, which its successor has now.
    """
    total = add_up([base, last])
    total.datagrams_lost = 0
    if total.cache is not None:
        total.cache = CacheTally({**total.cache, "bytes": 0, "entries": 0})
    return total


def _add_nested(total: dict[str, dict[str, int]], more: dict[str, dict[str, int]]) -> None:
    for outer, counts in more.items():
        _add(total.setdefault(outer, {}), counts)


def _add(total: dict[str, int], more: dict[str, int]) -> None:
    for name, count in more.items():
        total[name] = total.get(name, 0) + count


def _cache_sum(one: CacheTally, other: CacheTally) -> CacheTally:
    return CacheTally(
        hits=one["hits"] + other["hits"],
        misses=one["misses"] + other["misses"],
        evictions=one["evictions"] + other["evictions"],
        bytes=one["bytes"] + other["bytes"],
        entries=one["entries"] + other["entries"],
    )


def _upstream_sum(one: UpstreamTally, other: UpstreamTally) -> UpstreamTally:
    errors = dict(one["errors"])
    _add(errors, other["errors"])
    return UpstreamTally(
        requests=one["requests"] + other["requests"],
        errors=errors,
        seconds=_histogram_sum(one["seconds"], other["seconds"]),
    )


def _histogram_sum(one: Histogram, other: Histogram) -> Histogram:
    return Histogram(
        bounds=one["bounds"],
        counts=[a + b for a, b in zip(one["counts"], other["counts"], strict=True)],
        sum=one["sum"] + other["sum"],
    )
