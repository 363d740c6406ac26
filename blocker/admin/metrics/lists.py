"""What is blocked by: rules by layer, and each subscription's size, age and failures."""

from collections.abc import Iterable, Iterator, Mapping

from prometheus_client.core import GaugeMetricFamily, Metric

from blocker.admin.metrics.family import constant, gauges
from blocker.admin.reload import Contents
from blocker.download.shown import Shown


def list_metrics(contents: Contents, lists: Iterable[Shown]) -> Iterator[Metric]:
    yield gauges("ruleset_rules", "Rules a query can match.", "layer", contents.rules)
    yield constant(
        "catalogue_info", "Which state of the curated lists.", version=contents.catalogue
    )
    yield _vendors(contents.makers)
    yield gauges(
        "list_entries", "Names on a list that are in force.", "list", contents.subscriptions
    )
    age = _by_list("age_seconds", "Since a list's copy in use was known to be the newest.")
    failures = _by_list("failures", "Tries to get a list that failed, since the last good one.")
    size = _by_list("size_bytes", "Octets of a list's copy in use.")
    held = _by_list("held", "1 while a list that shrank waits for somebody to accept it.")
    for each in lists:
        if each.age is not None:
            age.add_metric([each.name], each.age)
        if each.octets is not None:
            size.add_metric([each.name], each.octets)
        failures.add_metric([each.name], each.failures)
        held.add_metric([each.name], each.state == "held")
    yield from (age, failures, size, held)


def _vendors(makers: Mapping[str, tuple[str, str]]) -> Metric:
    family = GaugeMetricFamily(
        "blocker_vendor_info", "Vendors, and the country whose law they are under.",
        labels=["vendor", "title", "jurisdiction"],
    )  # fmt: skip
    for vendor, (title, jurisdiction) in sorted(makers.items()):
        family.add_metric([vendor, title, jurisdiction], 1)
    return family


def _by_list(name: str, text: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"blocker_list_{name}", text, labels=["list"])
