"""/metrics: built at scrape time from the workers' latest tallies.

Rule: label values come from closed sets (vendors, purposes, actions, transports, upstreams,
layers); no name that a client chose can become one, and no address unless the configuration asks
for devices, and then of few. So a scrape has a bound, whatever clients do.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

from prometheus_client.core import Metric

from blocker import __version__
from blocker.admin.metrics.accounts import VendorAccounts
from blocker.admin.metrics.devices import DeviceCounts
from blocker.admin.metrics.family import constant, gauge
from blocker.admin.metrics.lists import list_metrics
from blocker.admin.metrics.querylog import log_metrics
from blocker.admin.metrics.text import content_type, written
from blocker.admin.metrics.traffic import (
    cache_metrics,
    dropped_metrics,
    query_metrics,
    upstream_metrics,
)
from blocker.admin.reload import Generations
from blocker.admin.roster import Roster
from blocker.download.shown import Shown
from blocker.querylog.log import QueryLog


class Metrics:
    """One scrape is one pass over a few small dictionaries. No word of a log that is off."""

    def __init__(
        self,
        roster: Roster,
        generations: Generations,
        lists: Callable[[], Iterable[Shown]],
        devices: DeviceCounts,
        querylog: QueryLog | None,
    ) -> None:
        self._roster = roster
        self._generations = generations
        self._lists = lists
        self._devices = devices
        self._querylog = querylog
        self._accounts = VendorAccounts()

    def expose(self, accept: str) -> tuple[bytes, str]:
        """The text and its content type, in the format the scraper prefers."""
        kind = content_type(accept)
        return written(self.collect(), kind), kind

    def collect(self) -> Iterator[Metric]:
        totals = self._roster.totals()
        yield from query_metrics(totals)
        yield from self._accounts.metrics(totals.accounts)
        yield from cache_metrics(totals.cache)
        yield from upstream_metrics(totals.upstreams)
        yield from dropped_metrics(totals)
        yield from self._devices.metrics(datetime.now(UTC).timestamp())
        if self._querylog is not None:
            yield from log_metrics(self._querylog.counts())
        yield from self._process_metrics()
        yield from list_metrics(self._generations.in_force, self._lists())

    def _process_metrics(self) -> Iterator[Metric]:
        generations = self._generations
        alive = self._roster.alive()
        yield gauge("workers", "Workers heard of in the last seconds.", len(alive))
        yield gauge("workers_configured", "Workers there should be.", len(self._roster.links))
        yield gauge(
            "ruleset_generation", "The generation that every worker runs at least.",
            min((tally.generation for tally in alive), default=0),
        )  # fmt: skip
        yield gauge("paused", "1 while nothing is blocked.", generations.paused_for() > 0)
        yield gauge(
            "paused_seconds", "How much longer nothing is blocked.", generations.paused_for()
        )
        yield gauge(
            "reload_last_successful", "0 when the last reload changed nothing because of an error.",
            generations.last_error == "",
        )  # fmt: skip
        yield constant("build_info", "What runs here.", version=__version__)
