"""Each vendor's account, by purpose and outcome: as many series as fit into a scrape.

Rule: sums are exact. Who comes when all places are taken is counted as `other`; who has a place
keeps it, so that no counter ever goes down.
"""

from collections.abc import Iterator
from typing import Final

from prometheus_client.core import CounterMetricFamily, Metric

from blocker.admin.metrics.family import nested
from blocker.link import Accounts

PLACES: Final = 900  # vendors x purposes x outcomes; the curated lists know 600 of vendor x purpose
OTHER: Final = "other"


class VendorAccounts:
    """Who has a place, since admin started."""

    def __init__(self, places: int = PLACES) -> None:
        self._left = places
        self._placed: set[tuple[str, str, str]] = set()

    def metrics(self, accounts: Accounts) -> Iterator[Metric]:
        kept = self._kept(accounts)
        family = CounterMetricFamily(
            "blocker_vendor_queries", "Queries of a vendor's names, and what became of them.",
            labels=["vendor", "purpose", "outcome"],
        )  # fmt: skip
        for key, count in sorted(kept.items()):
            family.add_metric(key, count)
        yield family
        pair = ("vendor", "purpose")
        yield nested("blocked", "Queries sinkholed.", pair, _of_outcome(kept, "blocked"))
        yield nested(
            "shadow", "Queries a rule in shadow would have sinkholed.",
            pair, _of_outcome(kept, "would-block"),
        )  # fmt: skip

    def _kept(self, accounts: Accounts) -> dict[tuple[str, str, str], int]:
        kept: dict[tuple[str, str, str], int] = {}
        for vendor, purposes in accounts.items():
            for purpose, outcomes in purposes.items():
                for outcome, count in outcomes.items():
                    key = self._place(vendor, purpose, outcome)
                    kept[key] = kept.get(key, 0) + count
        return kept

    def _place(self, vendor: str, purpose: str, outcome: str) -> tuple[str, str, str]:
        key = vendor, purpose, outcome
        if key in self._placed:
            return key
        if self._left == 0:
            return OTHER, OTHER, outcome
        self._left -= 1
        self._placed.add(key)
        return key


def _of_outcome(kept: dict[tuple[str, str, str], int], wanted: str) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for (vendor, purpose, outcome), count in kept.items():
        if outcome == wanted:
            found.setdefault(vendor, {})[purpose] = count
    return found
