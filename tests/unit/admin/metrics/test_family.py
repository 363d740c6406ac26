"""Families made of what is counted."""

from prometheus_client.core import HistogramMetricFamily

from blocker.admin.metrics.family import constant, counter, counters, gauge, gauges, nested, observe
from blocker.admin.metrics.text import PROMETHEUS, written
from blocker.link import Histogram


def test_each_way_to_a_family() -> None:
    families = [
        counter("a", "A.", 1),
        gauge("b", "B.", 2.5),
        counters("c", "C.", "reason", {"z": 1, "y": 2}),
        gauges("d", "D.", "maker", {"x": 3}),
        nested("e", "E.", ("vendor", "purpose"), {"v": {"q": 1, "p": 2}}),
        constant("f", "F.", version="1", of="g"),
    ]
    lines = written(families, PROMETHEUS).decode().splitlines()
    assert [line for line in lines if not line.startswith("#")] == [
        "blocker_a_total 1.0",
        "blocker_b 2.5",
        'blocker_c_total{reason="y"} 2.0',
        'blocker_c_total{reason="z"} 1.0',
        'blocker_d{maker="x"} 3.0',
        'blocker_e_total{vendor="v",purpose="p"} 2.0',
        'blocker_e_total{vendor="v",purpose="q"} 1.0',
        'blocker_f{version="1",of="g"} 1.0',
    ]


def test_a_histogram_is_cumulative() -> None:
    family = HistogramMetricFamily("blocker_seconds", "Time.", labels=[])
    observe(family, [], Histogram(bounds=[0.1, 1], counts=[1, 2, 3], sum=9.5))
    found = {sample.labels.get("le", sample.name): sample.value for sample in family.samples}
    assert found == {
        "0.1": 1, "1.0": 3, "+Inf": 6, "blocker_seconds_count": 6, "blocker_seconds_sum": 9.5,
    }  # fmt: skip
