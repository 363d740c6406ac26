"""Metrics as text, in the format of Prometheus or in OpenMetrics.

Rule: each sample is written once and plainly, for a scrape of thousands of them shares a core with
the workers: the library's own writer takes five times as long.
"""

import math
from collections.abc import Iterable, Iterator
from typing import Final

from prometheus_client.core import Metric

PROMETHEUS: Final = "text/plain; version=0.0.4; charset=utf-8"
OPENMETRICS: Final = "application/openmetrics-text; version=1.0.0; charset=utf-8"

_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


def content_type(accept: str) -> str:
    """What to give somebody who sends this header."""
    kinds = [each.partition(";")[0].strip() for each in accept.split(",")]
    return OPENMETRICS if OPENMETRICS.partition(";")[0] in kinds else PROMETHEUS


def written(families: Iterable[Metric], kind: str) -> bytes:
    """The whole text, in the format of that content type."""
    openmetrics = kind == OPENMETRICS
    lines = [line for family in families for line in _lines(family, openmetrics)]
    if openmetrics:
        lines.append("# EOF")
    return ("\n".join(lines) + "\n").encode()


def _lines(family: Metric, openmetrics: bool) -> Iterator[str]:
    name = family.name
    if family.type == "counter" and not openmetrics:
        name += "_total"
    yield f"# HELP {name} {family.documentation}"
    yield f"# TYPE {name} {family.type}"
    for sample in family.samples:
        number = _number(sample.value)
        if sample.labels:
            labels = ",".join(
                [f'{label}="{_escaped(said)}"' for label, said in sample.labels.items()]
            )
            yield f"{sample.name}{{{labels}}} {number}"
        else:
            yield f"{sample.name} {number}"


def _number(value: float) -> str:
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return repr(float(value))


def _escaped(value: str) -> str:
    if value.isalnum():
        return value
    return value.translate(_ESCAPES).encode("utf-8", "replace").decode()
