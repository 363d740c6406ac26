"""Short ways to a family of metrics; each name begins with blocker_."""

from collections.abc import Mapping
from itertools import accumulate

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from blocker.link import Histogram


def counter(name: str, text: str, value: float) -> Metric:
    return CounterMetricFamily(f"blocker_{name}", text, value=value)


def gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"blocker_{name}", text, value=value)


def counters(name: str, text: str, label: str, counts: Mapping[str, int]) -> Metric:
    """One for each value of a label."""
    family = CounterMetricFamily(f"blocker_{name}", text, labels=[label])
    for value, count in sorted(counts.items()):
        family.add_metric([value], count)
    return family


def gauges(name: str, text: str, label: str, levels: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(f"blocker_{name}", text, labels=[label])
    for value, level in sorted(levels.items()):
        family.add_metric([value], level)
    return family


def nested(
    name: str, text: str, labels: tuple[str, str], counts: Mapping[str, Mapping[str, int]]
) -> Metric:
    """One for each pair of two labels' values."""
    family = CounterMetricFamily(f"blocker_{name}", text, labels=labels)
    for outer, inner in sorted(counts.items()):
        for value, count in sorted(inner.items()):
            family.add_metric([outer, value], count)
    return family


def constant(name: str, text: str, **labels: str) -> Metric:
    """What is told by its labels; the value is 1."""
    family = GaugeMetricFamily(f"blocker_{name}", text, labels=list(labels))
    family.add_metric(list(labels.values()), 1)
    return family


def observe(family: HistogramMetricFamily, labels: list[str], histogram: Histogram) -> None:
    """Add what was measured, made cumulative."""
    bounds = [*map(str, map(float, histogram["bounds"])), "+Inf"]
    cumulative = accumulate(histogram["counts"])
    family.add_metric(labels, list(zip(bounds, cumulative, strict=True)), histogram["sum"])
