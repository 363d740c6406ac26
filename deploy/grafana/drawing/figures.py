"""Figures in words, by Grafana's names of units; and the marks of an axis."""

import math
from collections.abc import Sequence
from typing import Final

_PER_SECOND: Final = {"reqps": "req/s", "ops": "ops/s", "wps": "wr/s"}
_THOUSANDS: Final = ((1e9, " Bil"), (1e6, " Mil"), (1e3, " K"))
_OCTETS: Final = ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB"), (1, "B"))
_TIMES: Final = (
    (86_400, "days"), (3_600, "hours"), (60, "min"), (1, "s"), (1e-3, "ms"), (1e-6, "µs"),
)  # fmt: skip
_STEPS: Final = (1.0, 2.0, 2.5, 5.0, 10.0)


def in_words(value: float, unit: str) -> str:
    """`12.3 req/s`, `4.5%`, `3 ms`: three digits that count."""
    if unit == "percentunit":
        return f"{_digits(value * 100)}%"
    if unit == "s":
        return _scaled(value, _TIMES)
    if unit == "bytes":
        return _scaled(value, _OCTETS)
    if unit in _PER_SECOND:
        return f"{_shortened(value)} {_PER_SECOND[unit]}"
    if unit == "short":
        return _shortened(value)
    if unit == "none":
        return _digits(value)
    message = f"no words for the unit {unit}"
    raise ValueError(message)


def marks(most: float, unit: str, wanted: int = 4) -> list[float]:
    """Round figures from 0 until they reach `most`."""
    if most <= 0:
        return [0.0, 1.0]
    step = _round_step(most, most / wanted, unit)
    return [step * number for number in range(math.ceil(most / step - 1e-9) + 1)]


def _round_step(most: float, least: float, unit: str) -> float:
    """Of octets and of times beyond a minute in the size that the largest is told in."""
    sizes = {"bytes": _OCTETS, "s": [each for each in _TIMES if each[0] >= 60]}.get(unit, ())
    scale = next((size for size, _ in sizes if most >= size), 1)
    power = scale * 10.0 ** math.floor(math.log10(least / scale))
    step: float = next(power * each for each in _STEPS if power * each >= least * 0.999)
    return max(step, 1.0) if unit == "none" else step


def _scaled(value: float, sizes: Sequence[tuple[float, str]]) -> str:
    size, name = next((each for each in sizes if abs(value) >= each[0]), sizes[-1])
    return f"{_digits(value / size)} {name}" if value else f"0 {'s' if name == 'µs' else name}"


def _shortened(value: float) -> str:
    size, name = next((each for each in _THOUSANDS if abs(value) >= each[0]), (1.0, ""))
    return f"{_digits(value / size)}{name}"


def _digits(value: float) -> str:
    places = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    said = f"{value:.{places}f}"
    return said.rstrip("0").rstrip(".") if "." in said else said
