"""/metrics: built at scrape time from the workers' latest tallies.

Rule: label values come from closed sets (vendors, purposes, actions, transports, upstreams,
layers); no name or address that a client chose can become one, so no client can add a series.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import accumulate

from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from blocker import __version__
from blocker.admin.reload import Generations
from blocker.admin.roster import Roster
from blocker.download.shown import Shown
from blocker.link import CacheTally, Histogram, Tally, UpstreamTally

NOTHING = CacheTally(hits=0, misses=0, evictions=0, bytes=0, entries=0)


class Metrics(Collector):
    """One scrape is one pass over a few small dictionaries."""

    def __init__(
        self, roster: Roster, generations: Generations, lists: Callable[[], Iterable[Shown]]
    ) -> None:
        self._lists = lists
        self._roster = roster
        self._generations = generations
        self._registry = CollectorRegistry()
        self._registry.register(self)

    def expose(self, accept: str) -> tuple[bytes, str]:
        """The text and its content type, in the format the scraper prefers."""
        encode, content_type = choose_encoder(accept)
        return encode(self._registry), content_type

    def describe(self) -> Iterable[Metric]:
        return ()  # no scrape at registration

    def collect(self) -> Iterator[Metric]:
        totals = self._roster.totals()
        yield from _query_metrics(totals)
        yield from _cache_metrics(totals.cache or NOTHING)
        yield from _upstream_metrics(totals.upstreams)
        yield _counter(
            "journal_dropped", "Answers that were not counted: folding could not keep up.",
            totals.journal_dropped,
        )  # fmt: skip
        yield _counter(
            "tallies_dropped", "Reports of workers that admin did not take in time.",
            totals.link_dropped,
        )  # fmt: skip
        yield _counter(
            "journal_rows_dropped", "Rows of the query log that admin did not take in time.",
            totals.rows_dropped,
        )  # fmt: skip
        yield from self._process_metrics()
        yield from self._list_metrics()

    def _process_metrics(self) -> Iterator[Metric]:
        generations = self._generations
        alive = self._roster.alive()
        yield _gauge("workers", "Workers heard of in the last seconds.", len(alive))
        yield _gauge(
            "ruleset_generation", "The generation that every worker runs at least.",
            min((tally.generation for tally in alive), default=0),
        )  # fmt: skip
        rules = GaugeMetricFamily(
            "blocker_ruleset_rules", "Rules a query can match.", labels=["layer"]
        )
        for layer, count in sorted(generations.in_force.rules.items()):
            rules.add_metric([layer], count)
        yield rules
        yield _gauge("paused", "1 while nothing is blocked.", generations.paused_for() > 0)
        yield _gauge(
            "reload_last_successful", "0 when the last reload changed nothing because of an error.",
            generations.last_error == "",
        )  # fmt: skip
        build = GaugeMetricFamily("blocker_build_info", "What runs here.", labels=["version"])
        build.add_metric([__version__], 1)
        yield build
        catalogue = GaugeMetricFamily(
            "blocker_catalogue_info", "Which state of the curated lists.", labels=["version"]
        )
        catalogue.add_metric([generations.in_force.catalogue], 1)
        yield catalogue
        vendors = GaugeMetricFamily(
            "blocker_vendor_info", "Vendors, and the country whose law they are under.",
            labels=["vendor", "title", "jurisdiction"],
        )  # fmt: skip
        for vendor, (title, jurisdiction) in sorted(generations.in_force.makers.items()):
            vendors.add_metric([vendor, title, jurisdiction], 1)
        yield vendors
        yield _gauge(
            "paused_seconds", "How much longer nothing is blocked.", generations.paused_for()
        )

    def _list_metrics(self) -> Iterator[Metric]:
        entries = _by_list("entries", "Names on a list that are in force.")
        age = _by_list("age_seconds", "Since a list's copy in use was known to be the newest.")
        failures = _by_list("failures", "Tries to get a list that failed, since the last good one.")
        size = _by_list("size_bytes", "Octets of a list's copy in use.")
        held = _by_list("held", "1 while a list that shrank waits for somebody to accept it.")
        for name, count in sorted(self._generations.in_force.subscriptions.items()):
            entries.add_metric([name], count)
        for each in self._lists():
            if each.age is not None:
                age.add_metric([each.name], each.age)
            if each.octets is not None:
                size.add_metric([each.name], each.octets)
            failures.add_metric([each.name], each.failures)
            held.add_metric([each.name], each.state == "held")
        yield from (entries, age, failures, size, held)


def _query_metrics(totals: Tally) -> Iterator[Metric]:
    yield _nested("queries", "Queries.", ("transport", "action"), totals.queries)
    vendors = CounterMetricFamily(
        "blocker_vendor_queries", "Queries of a vendor's names, and what became of them.",
        labels=["vendor", "purpose", "outcome"],
    )  # fmt: skip
    for vendor, purposes in sorted(totals.accounts.items()):
        for purpose, outcomes in sorted(purposes.items()):
            for outcome, count in sorted(outcomes.items()):
                vendors.add_metric([vendor, purpose, outcome], count)
    yield vendors
    yield _nested(
        "blocked", "Queries sinkholed.", ("vendor", "purpose"), totals.of_outcome("blocked")
    )
    yield _nested(
        "shadow", "Queries a rule in shadow would have sinkholed.",
        ("vendor", "purpose"), totals.of_outcome("would-block"),
    )  # fmt: skip
    unclassified = CounterMetricFamily(
        "blocker_unclassified", "Queries to a vendor's zones that no list names.",
        labels=["vendor"],
    )  # fmt: skip
    for vendor, count in sorted(totals.unclassified.items()):
        unclassified.add_metric([vendor], count)
    yield unclassified
    if totals.answer_seconds is not None:
        family = HistogramMetricFamily(
            "blocker_answer_seconds", "From a query's arrival to its answer.", labels=[]
        )
        _observe(family, [], totals.answer_seconds)
        yield family


def _cache_metrics(cache: CacheTally) -> Iterator[Metric]:
    yield _counter("cache_hits", "Questions answered from the cache.", cache["hits"])
    yield _counter("cache_misses", "Questions the cache had no answer to.", cache["misses"])
    yield _counter("cache_evictions", "Answers pushed out for want of room.", cache["evictions"])
    yield _gauge("cache_bytes", "Room taken by cached answers, in octets.", cache["bytes"])
    yield _gauge("cache_entries", "Answers in the cache.", cache["entries"])


def _upstream_metrics(upstreams: Mapping[str, UpstreamTally]) -> Iterator[Metric]:
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
        _observe(seconds, [url], upstream["seconds"])
    yield from (requests, errors, seconds)


def _counter(name: str, text: str, value: float) -> Metric:
    return CounterMetricFamily(f"blocker_{name}", text, value=value)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"blocker_{name}", text, value=value)


def _nested(
    name: str, text: str, labels: tuple[str, str], counts: Mapping[str, Mapping[str, int]]
) -> Metric:
    family = CounterMetricFamily(f"blocker_{name}", text, labels=labels)
    for outer, inner in sorted(counts.items()):
        for value, count in sorted(inner.items()):
            family.add_metric([outer, value], count)
    return family


def _by_list(name: str, text: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"blocker_list_{name}", text, labels=["list"])


def _observe(family: HistogramMetricFamily, labels: list[str], histogram: Histogram) -> None:
    bounds = [*map(str, map(float, histogram["bounds"])), "+Inf"]
    cumulative = accumulate(histogram["counts"])
    family.add_metric(labels, list(zip(bounds, cumulative, strict=True)), histogram["sum"])
