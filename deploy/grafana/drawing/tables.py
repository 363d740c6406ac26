"""Rows: tables, what held when, and words."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from textwrap import wrap
from typing import Any, Final

from deploy.grafana.drawing import svg
from deploy.grafana.drawing.figures import in_words
from deploy.grafana.drawing.series import Panel, Series, Shown
from deploy.grafana.drawing.tiles import said_of

_ROW: Final = 22
_LETTER: Final = 6.6  # pixels, of running text


def table(panel: Panel, found: Sequence[Series], place: svg.Place) -> Iterator[str]:
    """A `table` panel: as many rows as there is room for, the largest first."""
    (organised,) = (each["options"] for each in panel["transformations"])
    order: Mapping[str, int] = organised["indexByName"]
    rows = sorted(found, key=lambda one: -(one.latest or 0))
    columns = [
        label
        for label in sorted(order, key=lambda each: order[each])
        if label == "Value" or any(label in one.labels for one in rows)
    ]
    rows = rows[: int(place.high // _ROW) - 1]
    unit = panel["fieldConfig"]["defaults"]["unit"]
    wide = place.wide / max(len(columns), 1)
    for column, label in enumerate(columns):
        x = place.x + column * wide + 4
        heading = organised["renameByName"].get(label, label)
        yield svg.text(x, place.y + 14, heading, fill="blue", weight=600)
        for number, one in enumerate(rows, 1):
            latest = in_words(one.latest or 0, unit)
            said = latest if label == "Value" else one.labels.get(label, "")
            y = place.y + number * _ROW + 14
            yield svg.text(x, y, svg.fitted(said, 12, wide - 8))
    for number in range(1, len(rows) + 1):
        y = place.y + number * _ROW - 2
        yield svg.line([(place.x, y), (place.right, y)], svg.GRID)


def states(panel: Panel, found: Sequence[Series], shown: Shown, place: svg.Place) -> Iterator[str]:
    """A `state-timeline` panel: a strip for each series, its words where they fit."""
    room = max((svg.width(one.name, 12) for one in found), default=0) + 12
    strips, high = place.right_of(room).above(22), (place.high - 22) / max(len(found), 1)
    legend: dict[str, str] = {}
    for number, one in enumerate(found):
        y = place.y + number * high
        yield svg.text(strips.x - 8, y + high / 2 + 4, one.name, anchor="end")
        for said, start, end in _spells(panel, one, shown):
            x, right = (
                strips.x + (at - shown.start) / (shown.end - shown.start) * strips.wide
                for at in (start, end)
            )
            words, colour = said
            legend[words] = colour
            yield svg.box(x, y + 4, right - x, high - 8, colour, opacity=0.8)
            if svg.width(words, 12) + 2 < right - x:
                yield svg.text((x + right) / 2, y + high / 2 + 4, words, fill="#111217",
                               anchor="middle", weight=600)  # fmt: skip
    for number, (words, colour) in enumerate(sorted(legend.items())):
        x = strips.x + number * 60
        yield svg.box(x, place.bottom - 10, 14, 3, colour, corner=1)
        yield svg.text(x + 19, place.bottom - 5, words, size=11)


def note(panel: Panel, place: svg.Place) -> Iterator[str]:
    """A `text` panel, in one weight."""
    words = re.sub(r"[*`]", "", panel["options"]["content"])
    for number, said in enumerate(wrap(words, int(place.wide / _LETTER))):
        yield svg.text(place.x, place.y + 12 + number * 18, said, fill=svg.DIM)


def _spells(
    panel: Panel, one: Series, shown: Shown
) -> Iterator[tuple[tuple[str, str], float, float]]:
    """Words with their colour, from when to when: neighbours that are equal are one spell."""
    spells: list[Any] = [
        (said, next(points)[0])
        for said, points in groupby(one.points, lambda point: said_of(panel, point[1]))
    ]
    ends = [start for _, start in spells[1:]]
    for (said, start), end in zip(spells, [*ends, shown.end], strict=True):
        yield said, start, end
