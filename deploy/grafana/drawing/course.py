"""How something went: lines or areas over time, with axes and a legend below."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from zlib import crc32

from deploy.grafana.drawing import svg
from deploy.grafana.drawing.figures import in_words, marks
from deploy.grafana.drawing.series import Panel, Series, Shown

Line = tuple[tuple[float, float], ...]

# Of Grafana's classic palette, those that can be told from a dark page and from each other.
PALETTE: Final = (
    "#7eb26d", "#eab839", "#6ed0e0", "#ef843c", "#e24d42", "#5195ce", "#ba43a9", "#967fd1",
    "#b7dbab", "#f9ba8f", "#f29191", "#e5a8e2", "#3f9c8c", "#b8925a",
)  # fmt: skip
_SIZE: Final = 11
_LEGEND: Final = 17  # height of a line of it
_LEGEND_LINES: Final = 3
_BELOW: Final = 24  # height of the marks of time
_VALUES: Final = 42  # pixels between two marks of values, about
_MARK_ROOM: Final = 85  # pixels between two marks of time, at least
_MOMENTS: Final = (10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14_400, 43_200, 86_400)


@dataclass(frozen=True, slots=True)
class _Axes:
    """Moments and values to places in the plot."""

    plot: svg.Place
    shown: Shown
    top: float

    def at(self, moment: float, value: float) -> tuple[float, float]:
        across = (moment - self.shown.start) / (self.shown.end - self.shown.start)
        up = value / self.top
        return self.plot.x + across * self.plot.wide, self.plot.bottom - up * self.plot.high


def course(panel: Panel, found: Sequence[Series], shown: Shown, place: svg.Place) -> Iterator[str]:
    """A `timeseries` panel."""
    defaults = panel["fieldConfig"]["defaults"]
    stacked = defaults["custom"].get("stacking", {}).get("mode") == "normal"
    lines = _stacked(found) if stacked else [one.points for one in found]
    most = defaults.get("max") or max((value for line in lines for _, value in line), default=0)
    colours = _colours(panel, [one.name for one in found])
    legend, high = _legend(found, colours, place)
    plot = place.above(high + _BELOW)
    scale = marks(most, defaults["unit"], max(2, round(plot.high / _VALUES)))
    words = [in_words(mark, defaults["unit"]) for mark in scale]
    plot = plot.right_of(max(svg.width(each, _SIZE) for each in words) + 10)
    axes = _Axes(plot, shown, scale[-1])
    for mark, said in zip(scale, words, strict=True):
        _, y = axes.at(shown.start, mark)
        yield svg.line([(plot.x, y), (plot.right, y)], svg.GRID)
        yield svg.text(plot.x - 6, y + 4, said, size=_SIZE, fill=svg.DIM, anchor="end")
    yield from _times(axes)
    shades = [colours[one.name] for one in found]
    yield from _areas(axes, lines, shades, defaults["custom"]["fillOpacity"] / 100, stacked=stacked)
    yield from _thresholds(axes, defaults)
    yield from legend


def _times(axes: _Axes) -> Iterator[str]:
    """Marks of time below the plot, at round moments."""
    shown, plot = axes.shown, axes.plot
    least = (shown.end - shown.start) * _MARK_ROOM / plot.wide
    step = next((each for each in _MOMENTS if each >= least), _MOMENTS[-1])
    moment = shown.start - shown.start % step + step
    while moment <= shown.end:
        x, _ = axes.at(moment, 0)
        said = f"{datetime.fromtimestamp(moment, UTC):{'%H:%M:%S' if step < 60 else '%H:%M'}}"
        yield svg.line([(x, plot.y), (x, plot.bottom)], svg.GRID)
        if x < plot.right - 20:
            yield svg.text(x, plot.bottom + 16, said, size=_SIZE, fill=svg.DIM, anchor="middle")
        moment += step


def _areas(
    axes: _Axes, lines: Sequence[Line], shades: Sequence[str], opacity: float, *, stacked: bool
) -> Iterator[str]:
    """The last first, so that those that come first in the legend lie on top."""
    for number, (line, shade) in reversed(list(enumerate(zip(lines, shades, strict=True)))):
        top = [axes.at(*point) for point in line]
        floor = [axes.at(*point) for point in reversed(lines[number - 1])] if stacked else []
        if not floor or number == 0:
            floor = [(top[-1][0], axes.plot.bottom), (top[0][0], axes.plot.bottom)]
        yield svg.area([*top, *floor], shade, opacity)
        yield svg.line(top, shade)


def _thresholds(axes: _Axes, defaults: Mapping[str, Any]) -> Iterator[str]:
    if "thresholdsStyle" not in defaults["custom"]:
        return
    for step in defaults["thresholds"]["steps"][1:]:
        if step["value"] <= axes.top:
            _, y = axes.at(axes.shown.start, step["value"])
            yield svg.line([(axes.plot.x, y), (axes.plot.right, y)], step["color"], dashed=True)


def _stacked(found: Sequence[Series]) -> list[Line]:
    """Each line on top of those before; who says nothing at a moment adds nothing."""
    moments = sorted({at for one in found for at, _ in one.points})
    sums, lines = dict.fromkeys(moments, 0.0), []
    for one in found:
        for at, value in one.points:
            sums[at] += value
        lines.append(tuple(sums.items()))
    return lines


def _legend(
    found: Sequence[Series], colours: Mapping[str, str], place: svg.Place
) -> tuple[list[str], float]:
    """Its shapes, at the bottom of the place, and how high it is."""
    rows: list[list[tuple[float, str]]] = [[]]
    x = place.x + 4
    for number, one in enumerate(found):
        wide = svg.width(one.name, _SIZE) + 34
        if x + wide > place.right and rows[-1]:
            if len(rows) == _LEGEND_LINES:
                rows[-1].append((x, f"+{len(found) - number}"))
                break
            rows.append([])
            x = place.x + 4
        rows[-1].append((x, one.name))
        x += wide
    shapes = []
    for number, row in enumerate(rows):
        y = place.bottom - (len(rows) - number - 1) * _LEGEND - 5
        for x, name in row:
            if name in colours:
                shapes.append(svg.box(x, y - 5, 14, 3, colours[name], corner=1))
            words = svg.fitted(name, _SIZE, place.right - x - 19)
            shapes.append(svg.text(x + 19, y, words, size=_SIZE))
    return shapes, len(rows) * _LEGEND


def _colours(panel: Panel, names: Sequence[str]) -> dict[str, str]:
    """Fixed ones first; the rest by name, so that a name looks the same wherever it is."""
    chosen = {
        override["matcher"]["options"]: _fixed(override)
        for override in panel["fieldConfig"]["overrides"]
    }
    colours = {name: chosen[name] for name in names if name in chosen}
    free = [each for each in PALETTE if each not in colours.values()]
    for name in dict.fromkeys(names):
        if name not in colours:
            free = free or list(PALETTE)
            colours[name] = free.pop(crc32(name.encode()) % len(free))
    return colours


def _fixed(override: Mapping[str, Any]) -> str:
    return str(next(each["value"]["fixedColor"] for each in override["properties"]))


def spark(points: Line, place: svg.Place, colour: str) -> Iterator[str]:
    """The course behind a figure, without axes."""
    most = max((value for _, value in points), default=0)
    if len(points) < 2 or most <= 0:
        return
    (start, _), (end, _) = points[0], points[-1]
    top = [
        (
            place.x + (at - start) / (end - start) * place.wide,
            place.bottom - max(value, 0) / most * place.high,
        )
        for at, value in points
    ]
    yield svg.area([*top, (place.right, place.bottom), (place.x, place.bottom)], colour, 0.15)
    yield svg.line(top, colour)
