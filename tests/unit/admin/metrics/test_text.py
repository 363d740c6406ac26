"""The text itself: read back by the readers of others, whatever is in a label."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as read_openmetrics,
)
from prometheus_client.parser import text_string_to_metric_families as read_text
from prometheus_client.registry import Collector

from blocker.admin.metrics.family import observe
from blocker.admin.metrics.text import OPENMETRICS, PROMETHEUS, content_type, written
from blocker.link import Histogram

HOSTILE = 'a"b\\c\nd{e}=,\x1b[0m<script>\u202e\x00'


def families() -> list[Metric]:
    counter = CounterMetricFamily("blocker_asked", "Asked.", labels=["vendor", "purpose"])
    counter.add_metric(["xiaomi", "analytics"], 3)
    counter.add_metric([HOSTILE, ""], 4)
    gauge = GaugeMetricFamily("blocker_age", "Age.", value=1.5)
    histogram = HistogramMetricFamily("blocker_seconds", "Time.", labels=["upstream"])
    observe(histogram, ["u"], Histogram(bounds=[0.1, 1.0], counts=[1, 2, 3], sum=9.5))
    return [counter, gauge, histogram]


class Given(Collector):
    def collect(self) -> list[Metric]:
        return families()


@pytest.mark.parametrize(
    "kind, library", [(PROMETHEUS, generate_latest), (OPENMETRICS, generate_openmetrics)]
)
def test_it_says_what_the_library_says(kind: str, library: object) -> None:
    registry = CollectorRegistry()
    registry.register(Given())
    read = read_openmetrics if kind == OPENMETRICS else read_text
    ours = list(read(written(families(), kind).decode()))
    assert ours == list(read(library(registry).decode()))  # type: ignore[operator]
    assert len(ours) == 3


@given(st.text(), st.sampled_from((PROMETHEUS, OPENMETRICS)))
def test_a_label_comes_back_as_it_was(value: str, kind: str) -> None:
    gauge = GaugeMetricFamily("blocker_x", "X.", labels=["vendor"])
    gauge.add_metric([value], 1)
    read = read_openmetrics if kind == OPENMETRICS else read_text
    (family,) = read(written([gauge], kind).decode())
    (sample,) = family.samples
    assert (sample.labels, sample.value) == ({"vendor": value}, 1)


def test_half_a_character_does_not_end_a_scrape() -> None:
    gauge = GaugeMetricFamily("blocker_x", "X.", labels=["vendor"])
    gauge.add_metric(["\udcff"], 1)
    assert b'vendor="?"' in written([gauge], PROMETHEUS)


def test_what_is_no_number_is_written_as_they_expect() -> None:
    gauge = GaugeMetricFamily("blocker_x", "X.", labels=["of"])
    for number in (math.inf, -math.inf, True, 10**20):
        gauge.add_metric([str(number)], number)
    lines = written([gauge], PROMETHEUS).decode().splitlines()[2:]
    assert [line.rpartition(" ")[2] for line in lines] == ["+Inf", "-Inf", "1.0", "1e+20"]


@pytest.mark.parametrize(
    "accept, kind",
    [
        ("", PROMETHEUS),
        ("*/*", PROMETHEUS),
        ("text/plain;version=1.0.0;escaping=allow-utf-8", PROMETHEUS),
        ("application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.2", OPENMETRICS),
        ("application/openmetrics-text;version=\x00\r\nX: y", OPENMETRICS),
        (",;,", PROMETHEUS),
    ],
)
def test_the_format_is_what_the_scraper_reads(accept: str, kind: str) -> None:
    assert content_type(accept) == kind
