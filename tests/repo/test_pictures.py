"""deploy/grafana: the pictures are of the dashboards that are there, and any panel can be drawn."""

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from deploy.grafana.dashboards.write import dashboards
from deploy.grafana.drawing.chosen import CHOSEN
from deploy.grafana.drawing.figures import in_words, marks
from deploy.grafana.drawing.home import DEVICES, evening
from deploy.grafana.drawing.page import picture
from deploy.grafana.drawing.series import Panel, Series, Shown, series_of
from tests.support.source import ROOT

PICTURES = ROOT / "deploy" / "grafana" / "pictures"
BOARDS: dict[str, Any] = {
    name.removesuffix(".json"): json.loads(text) for name, text in dashboards().items()
}
PANELS = [
    pytest.param(board, panel, id=f"{name}: {panel['title']}")
    for name, board in BOARDS.items()
    for panel in board["panels"]
    if "targets" in panel
]
SHOWN = Shown(start=1_800_000_000, end=1_800_000_300, scrape=3)
LARGEST = 200_000  # octets


class Canned:
    """Answers any query with two series that have whatever labels a legend or a table names."""

    def __init__(self, panel: Panel) -> None:
        text = json.dumps(panel)
        names = {*re.findall(r"{{(\w+)}}", text), "vendor", "purpose", "instance"}
        self._labels = [{name: f"{name} <{number}>" for name in names} for number in (1, 2)]
        self.queries: list[str] = []

    def ask(self, what: str, **asked: Any) -> Any:
        self.queries.append(asked["query"])
        if what == "query":
            points = {"value": [asked["time"], "1234.5"]}
        else:
            moments = range(int(asked["start"]), int(asked["end"]) + 1, int(asked["step"]))
            values = [[at, "NaN" if at == moments[3] else str(at % 60)] for at in moments]
            points = {"values": values}
        return {"result": [{"metric": labels, **points} for labels in self._labels]}


def said(drawn: str) -> list[str]:
    """Every text in a picture, which has to be XML."""
    return [each.text or "" for each in ElementTree.fromstring(drawn).iter() if each.text]


@pytest.mark.parametrize("board, panel", PANELS)
def test_every_panel_can_be_drawn(board: Panel, panel: Panel) -> None:
    canned = Canned(panel)
    found = series_of(panel, canned, SHOWN)
    assert len(found) == 2 * len(panel["targets"])
    assert not [query for query in canned.queries if "$" in query]
    texts = said(picture(board, {panel["title"]: found}, SHOWN, {panel["title"]}))
    assert {board["title"], panel["title"]} <= set(texts)
    assert "No data" not in texts
    if panel["type"] in ("bargauge", "table"):
        assert in_words(1234.5, panel["fieldConfig"]["defaults"]["unit"]) in texts
    if panel["type"] == "timeseries":
        assert {one.name for one in found} <= set(texts)


def test_words_are_wrapped_into_their_panel() -> None:
    drawn = picture(BOARDS["devices"], {}, SHOWN, {""})
    lines = [text for text in said(drawn) if text not in ("blocker / Devices", "▾ Each device")]
    assert "Each device by itself is measured only with admin:" in " ".join(lines)
    assert len([line for line in lines if len(line) > 100]) > 1


def test_a_panel_without_an_answer_says_so() -> None:
    board = BOARDS["overview"]
    title = "Blocked share over time"
    assert "No data" in said(picture(board, {}, SHOWN, {title}))


def test_a_panel_moves_up_where_others_are_left_out() -> None:
    board, title = BOARDS["overview"], "Cached answers"
    series = Series("answers", {}, ((SHOWN.start, 1.0), (SHOWN.end, 2.0)))
    alone = picture(board, {title: [series]}, SHOWN, {title})
    (_, high) = re.search(r'viewBox="0 0 (\d+) (\d+)"', alone).groups()  # type: ignore[union-attr]
    assert int(high) < 320


@pytest.mark.parametrize("name", BOARDS)
def test_the_chosen_panels_are_there_and_in_the_picture(name: str) -> None:
    """If not: make pictures."""
    titles = {panel["title"] for panel in BOARDS[name]["panels"] if "targets" in panel}
    assert set(CHOSEN[name]) <= titles
    committed = (PICTURES / f"{name}.svg").read_text(encoding="utf-8")
    texts = said(committed)
    assert {BOARDS[name]["title"], *CHOSEN[name]} <= set(texts)
    assert "No data" not in texts
    assert len(committed.encode()) < LARGEST


@pytest.mark.parametrize("file", ["README.md", "deploy/grafana/README.md"])
def test_readers_see_them_all(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    shown = re.findall(r"!\[([^\]]{40,})\]\(([\w./-]+\.svg)\)", text)
    paths = {((ROOT / file).parent / path).resolve() for _, path in shown}
    assert paths == set(PICTURES.glob("*.svg")) == {PICTURES / f"{name}.svg" for name in BOARDS}


@pytest.mark.parametrize(
    "value, unit, words",
    [
        (0, "short", "0"), (41_300, "short", "41.3 K"), (2.5e6, "short", "2.5 Mil"),
        (0.256, "percentunit", "25.6%"), (1, "percentunit", "100%"),
        (7.25, "reqps", "7.25 req/s"), (0, "ops", "0 ops/s"), (12, "wps", "12 wr/s"),
        (0, "s", "0 s"), (0.00042, "s", "420 µs"), (0.034, "s", "34 ms"), (90, "s", "1.5 min"),
        (0, "bytes", "0 B"), (1536, "bytes", "1.5 KiB"), (3 << 20, "bytes", "3 MiB"),
        (12, "none", "12"),
    ],
)  # fmt: skip
def test_figures_in_words(value: float, unit: str, words: str) -> None:
    assert in_words(value, unit) == words


@pytest.mark.parametrize(
    "most, unit, expected",
    [
        (0, "none", [0, 1]),
        (2, "none", [0, 1, 2]),
        (1, "percentunit", [0, 0.25, 0.5, 0.75, 1]),
        (9.1, "reqps", [0, 2.5, 5, 7.5, 10]),
        (3 << 20, "bytes", [0, 1 << 20, 2 << 20, 3 << 20]),
        (200, "s", [0, 60, 120, 180, 240]),
    ],
)
def test_marks_are_round_and_reach_the_top(most: float, unit: str, expected: list[float]) -> None:
    assert marks(most, unit) == pytest.approx(expected)


def test_an_evening_is_a_homes_and_the_same_each_time() -> None:
    asked = evening(120)
    assert asked == evening(120)
    assert {each.address for each in asked} <= {device.address for device in DEVICES}
    assert [each.at for each in asked] == sorted(each.at for each in asked)
    assert 2 < len(asked) / 120 < 20
    assert len({Path(each.name).suffix for each in asked}) > 2  # .example, and what vendors have
