"""One picture of a dashboard: its panels in its grid, under its rows, with its title.

Rule: a picture may leave panels out, and those below then move up, as in Grafana; it adds none.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from deploy.grafana.drawing import svg
from deploy.grafana.drawing.course import course
from deploy.grafana.drawing.series import Panel, Series, Shown
from deploy.grafana.drawing.tables import note, states, table
from deploy.grafana.drawing.tiles import bars, figure

WIDE: Final = 1200
COLUMNS: Final = 24
_UNIT: Final = 28  # pixels of a row of the grid, with the gap
_GAP: Final = 8
_HEAD: Final = 44
Found = Mapping[str, Sequence[Series]]  # by a panel's title


def picture(board: Panel, found: Found, shown: Shown, titles: Collection[str]) -> str:
    """The file's text: the board's panels of these titles."""
    placed = list(_placed(board["panels"], titles))
    high = _HEAD + max(at["y"] + at["h"] for _, at in placed) * _UNIT + _GAP
    return svg.drawing(WIDE, high, board["title"], _shapes(board, placed, found, shown, high))


def _shapes(
    board: Panel, placed: Sequence[tuple[Panel, Any]], found: Found, shown: Shown, high: float
) -> Iterator[str]:
    yield svg.box(0, 0, WIDE, high, svg.PAGE)
    yield svg.text(_GAP * 2, 28, board["title"], size=17, weight=600)
    start, end = (datetime.fromtimestamp(at, UTC) for at in (shown.start, shown.end))
    said = f"{start:%H:%M:%S} to {end:%H:%M:%S} UTC"
    yield svg.text(WIDE - _GAP * 2, 28, said, size=13, fill=svg.DIM, anchor="end")
    for panel, at in placed:
        column = (WIDE - _GAP) / COLUMNS
        place = svg.Place(
            _GAP + at["x"] * column,
            _HEAD + at["y"] * _UNIT,
            at["w"] * column - _GAP,
            at["h"] * _UNIT - _GAP,
        )
        if panel["type"] == "row":
            yield svg.text(place.x + 6, place.y + 15, f"▾ {panel['title']}", size=14, weight=600)
        else:
            yield from drawn(panel, found.get(panel["title"], ()), shown, place)


def drawn(panel: Panel, found: Sequence[Series], shown: Shown, place: svg.Place) -> Iterator[str]:
    """A panel with its frame and title."""
    yield svg.box(place.x, place.y, place.wide, place.high, svg.PANEL, edge=svg.EDGE, corner=3)
    yield svg.text(place.x + 10, place.y + 20, panel["title"], size=13, weight=600)
    top = 34 if panel["title"] else 8
    inside = place.below(top).above(8).right_of(10)
    inside = svg.Place(inside.x, inside.y, inside.wide - 12, inside.high)
    if not found and panel["type"] != "text":
        yield svg.text(inside.x + inside.wide / 2, inside.y + inside.high / 2, "No data",
                       fill=svg.DIM, anchor="middle")  # fmt: skip
        return
    kinds: Mapping[str, Callable[[], Iterator[str]]] = {
        "timeseries": lambda: course(panel, found, shown, inside),
        "state-timeline": lambda: states(panel, found, shown, inside),
        "stat": lambda: figure(panel, found, inside),
        "bargauge": lambda: bars(panel, found, inside),
        "table": lambda: table(panel, found, inside),
        "text": lambda: note(panel, inside),
    }
    yield from kinds[panel["type"]]()


def _placed(panels: Sequence[Panel], titles: Collection[str]) -> Iterator[tuple[Panel, Any]]:
    """The chosen ones and the rows they are under, each as far up as it goes."""
    chosen: list[Panel] = []
    heading: Panel | None = None
    for panel in panels:
        if panel["type"] == "row":
            heading = panel
        elif panel["title"] in titles:
            chosen += [heading, panel] if heading else [panel]
            heading = None
    depth = [0] * COLUMNS
    for panel in chosen:
        at = panel["gridPos"]
        across = range(at["x"], at["x"] + at["w"])
        y = max(depth[column] for column in across)
        for column in across:
            depth[column] = y + at["h"]
        yield panel, {**at, "y": y}
