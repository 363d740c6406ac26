"""What is so now: one figure, or a bar for each of several."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from deploy.grafana.drawing import svg
from deploy.grafana.drawing.course import spark
from deploy.grafana.drawing.figures import in_words
from deploy.grafana.drawing.series import Panel, Series

_FIGURE: Final = 30
_BAR: Final = 18  # height of a bar with the space to the next
_NAMES: Final = 0.46  # of the room, for what bars are called


def figure(panel: Panel, found: Sequence[Series], place: svg.Place) -> Iterator[str]:
    """A `stat` panel: the latest value, with its course behind it."""
    latest = next((one.latest for one in found if one.latest is not None), None)
    if latest is None:
        return
    said, colour = said_of(panel, latest)
    if panel["options"]["graphMode"] == "area":
        yield from spark(found[0].points, place.below(place.high * 0.62), colour)
    shown = colour if panel["options"]["colorMode"] == "value" else svg.TEXT
    middle, low = place.x + place.wide / 2, place.y + place.high * 0.52
    size = min(_FIGURE, _FIGURE * place.wide * 0.94 / svg.width(said, _FIGURE))
    yield svg.text(middle, low, said, size=size, fill=shown, anchor="middle", weight=600)


def bars(panel: Panel, found: Sequence[Series], place: svg.Place) -> Iterator[str]:
    """A `bargauge` panel: as many bars as there is room for."""
    fitting = found[: int(place.high // _BAR)]
    values = [one.latest or 0.0 for one in fitting]
    most = panel["fieldConfig"]["defaults"].get("max") or max(values, default=0) or 1
    said = [said_of(panel, value) for value in values]
    names = [svg.fitted(one.name, 12, place.wide * _NAMES) for one in fitting]
    first = place.x + max((svg.width(each, 12) for each in names), default=0) + 8
    last = place.right - max((svg.width(each, 12) for each, _ in said), default=0) - 8
    high = min(_BAR, place.high / max(len(fitting), 1))
    for row, (name, value, (words, colour)) in enumerate(zip(names, values, said, strict=True)):
        y = place.y + row * high
        yield svg.text(first - 8, y + 12, name, size=12, anchor="end")
        yield svg.box(first, y + 2, last - first, high - 5, svg.TRACK, corner=2)
        long = max((last - first) * min(value / most, 1), 1.5)
        yield svg.box(first, y + 2, long, high - 5, colour, corner=2, opacity=0.85)
        yield svg.text(place.right, y + 12, words, size=12, anchor="end", fill=colour)


def said_of(panel: Panel, value: float) -> tuple[str, str]:
    """A value in words, and its colour: by the panel's mappings, else by its thresholds."""
    defaults = panel["fieldConfig"]["defaults"]
    for mapping in defaults.get("mappings", ()):
        words: Mapping[str, Any] | None = mapping["options"].get(f"{value:g}")
        if words:
            return str(words["text"]), svg.colour(str(words["color"]))
    steps = defaults["thresholds"]["steps"]
    passed = [step for step in steps if step["value"] is None or value >= step["value"]]
    return in_words(value, defaults["unit"]), svg.colour(str(passed[-1]["color"]))
