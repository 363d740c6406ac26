"""deploy/grafana: the JSON is what the code makes, and each panel says what it shows."""

import json
import re
from typing import Any

import pytest

from blocker.yamlfile import read
from deploy.grafana.dashboards.write import FOLDER, dashboards
from tests.support.source import ROOT

BOARDS: dict[str, Any] = {name: json.loads(text) for name, text in dashboards().items()}
PROVISIONING = FOLDER.parent / "provisioning"


def panels(board: Any) -> list[Any]:
    """Those with figures."""
    return [each for each in board["panels"] if each["type"] not in {"row", "text"}]


def test_what_is_committed_is_what_the_code_makes() -> None:
    """If not: make dashboards."""
    assert {path.name: path.read_text() for path in FOLDER.glob("*.json")} == dashboards()


def test_there_are_four_with_forty_panels() -> None:
    assert set(BOARDS) == {"overview.json", "vendors.json", "devices.json", "health.json"}
    assert sum(len(panels(board)) for board in BOARDS.values()) >= 40


@pytest.mark.parametrize("name", BOARDS)
def test_each_panel_says_what_it_shows(name: str) -> None:
    board = BOARDS[name]
    titles = [panel["title"] for panel in panels(board)]
    assert len(titles) == len(set(titles))
    for panel in panels(board):
        assert panel["description"].endswith((".", "...")), panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert panel["fieldConfig"]["defaults"]["thresholds"]["steps"], panel["title"]
        assert panel["datasource"]["uid"] == "${datasource}"
        for target in panel["targets"]:
            assert target["legendFormat"], panel["title"]
            assert target["datasource"]["uid"] == "${datasource}"
            assert 'instance=~"$instance"' in target["expr"], panel["title"]


@pytest.mark.parametrize("name", BOARDS)
def test_what_is_counted_is_a_whole_number(name: str) -> None:
    for panel in panels(BOARDS[name]):
        if panel["fieldConfig"]["defaults"]["unit"] != "short":
            continue
        for expression in (target["expr"] for target in panel["targets"]):
            assert "increase(" not in expression or "round(sum" in expression, panel["title"]


@pytest.mark.parametrize("name", BOARDS)
def test_no_panel_covers_another(name: str) -> None:
    taken = set()
    for panel in BOARDS[name]["panels"]:
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24
        for x in range(at["x"], at["x"] + at["w"]):
            for y in range(at["y"], at["y"] + at["h"]):
                assert (x, y) not in taken, panel["title"]
                taken.add((x, y))


@pytest.mark.parametrize("name", BOARDS)
def test_variables_are_declared_and_links_lead_to_dashboards(name: str) -> None:
    board = BOARDS[name]
    text = json.dumps(board)
    declared = {each["name"] for each in board["templating"]["list"]}
    builtin = {"__rate_interval", "__range", "__interval", "__all", "__field"}
    assert set(re.findall(r"\$\{?(\w+)", text)) <= declared | builtin
    assert board["links"][0]["tags"] == board["tags"] == ["blocker"]
    uids = {each["uid"] for each in BOARDS.values()}
    assert set(re.findall(r"/d/([\w-]+)", text)) <= uids


def test_only_metrics_that_exist_are_asked_for() -> None:
    known = set(re.findall(r"`(blocker_[a-z_]+)`", (ROOT / "README.md").read_text()))
    asked = {
        re.sub("_(bucket|sum|count)$", "", metric)
        for board in BOARDS.values()
        for metric in re.findall(r"\bblocker_[a-z_]+(?=[{\[])", json.dumps(board))
    }
    assert len(asked) > 25
    assert asked <= known


def test_provisioning_is_yaml_of_the_only_version() -> None:
    files = sorted(PROVISIONING.rglob("*.yaml"))
    assert len(files) == 2
    assert [read(path).value["apiVersion"] for path in files] == [1, 1]
