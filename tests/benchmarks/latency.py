"""Latencies at a calm rate: what a disturbance does to the slowest answers."""

from collections.abc import Collection
from pathlib import Path

from tests.benchmarks import load
from tests.benchmarks.finding import Finding, shown

RATE = 5_000


def task(queries: Path, port: int, seconds: float) -> load.Load:
    return load.Load(queries, port, seconds, rate=RATE, outstanding=1_000, each=True)


def measured(
    queries: Path, port: int, seconds: float, rcodes: Collection[str] = load.FOUND
) -> load.Outcome:
    return load.run(task(queries, port, seconds), rcodes)


def at(latencies: list[float], share: float) -> float:
    """In milliseconds: the one that so large a share of all do not exceed."""
    return latencies[int(share * (len(latencies) - 1))] * 1000


def said(latencies: list[float]) -> str:
    p50, p99, p999, most = (at(latencies, share) for share in (0.5, 0.99, 0.999, 1))
    return f"p50 {p50:.2f}, p99 {p99:.2f}, p99.9 {p999:.2f}, max {most:.2f} ms"


def told(what: str, latencies: list[float]) -> Finding:
    return shown(f"latency at {RATE:,} a second: {what}", said(latencies))
