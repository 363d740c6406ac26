"""What a panel's queries come to: asked of a Prometheus as Grafana asks, and named as it names.

Rule: the query is the panel's own. Only its variables are filled in: all instances, all vendors,
all devices, and the spans that Grafana derives from the time shown.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

Panel = Mapping[str, Any]


class Asked(Protocol):
    """A Prometheus; `ask` is given the path below /api/v1 and returns the answer's data."""

    def ask(self, what: str, **asked: Any) -> Any: ...


@dataclass(frozen=True, slots=True)
class Shown:
    """The time that is shown, in seconds since 1970, and how often was scraped within it."""

    start: float
    end: float
    scrape: float

    def filled(self, expression: str) -> str:
        """Without variables; `$__rate_interval` is four scrapes, as in Grafana."""
        spans = {
            "$__rate_interval": self.scrape * 4,
            "$__range": self.end - self.start,
            "$__interval": self.scrape,
        }
        for name, seconds in spans.items():
            expression = expression.replace(name, f"{round(seconds)}s")
        return re.sub(r"\$(instance|vendor|device)\b", ".*", expression)


@dataclass(frozen=True, slots=True)
class Series:
    """One line, bar or row of a panel."""

    name: str
    labels: Mapping[str, str]
    points: tuple[tuple[float, float], ...]

    @property
    def latest(self) -> float | None:
        return self.points[-1][1] if self.points else None


def series_of(panel: Panel, asked: Asked, shown: Shown) -> list[Series]:
    """Of all its queries, in their order."""
    return [one for target in panel.get("targets", ()) for one in _of(target, asked, shown)]


def _of(target: Mapping[str, Any], asked: Asked, shown: Shown) -> Iterator[Series]:
    query = shown.filled(target["expr"])
    if target["range"]:
        span = {"start": shown.start, "end": shown.end, "step": shown.scrape}
        answer = asked.ask("query_range", query=query, **span)
    else:
        answer = asked.ask("query", query=query, time=shown.end)
    for found in answer["result"]:
        points = tuple(
            (float(at), float(value))
            for at, value in found.get("values") or [found["value"]]
            if math.isfinite(float(value))
        )
        if points:
            yield Series(_named(target["legendFormat"], found["metric"]), found["metric"], points)


def _named(legend: str, labels: Mapping[str, str]) -> str:
    return re.sub(r"{{(\w+)}}", lambda found: labels.get(found[1], ""), legend).strip()
