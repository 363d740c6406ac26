"""The catalogue in figures, printed."""

import io
import json
from pathlib import Path

from rich.console import Console

from blocker.cli.overview import as_json, table
from blocker.inputs import Inputs, read_inputs
from tests.support.lists import write_lists


def inputs(folder: Path, config: str = "") -> Inputs:
    write_lists(folder / "lists")
    (folder / "blocker.yaml").write_text(f"lists: lists\n{config}")
    return read_inputs(folder / "blocker.yaml")


def test_a_table(tmp_path: Path) -> None:
    out = io.StringIO()
    table(inputs(tmp_path), Console(file=out))
    lines = [line.split() for line in out.getvalue().splitlines() if line.strip()]
    assert lines[0] == [
        "vendor", "entries", "blocked", "shadow", "none", "minor", "major", "kept", "purposes",
    ]  # fmt: skip
    assert lines[2] == [
        "xiaomi",
        "2",
        "1",
        "-",
        "1",
        "-",
        "1",
        "-",
        "analytics",
        "1,",
        "account",
        "1",
    ]
    assert lines[3][:8] == ["1", "vendors", "2", "1", "-", "1", "-", "1"]
    assert "lists undated-" in out.getvalue()


def test_json(tmp_path: Path) -> None:
    said = json.loads(as_json(inputs(tmp_path, "blocking: {vendors: {xiaomi: shadow}}")))
    (vendor,) = said["vendors"]
    assert (vendor["vendor"], vendor["title"], vendor["default"]) == ("xiaomi", "Xiaomi", "on")
    assert (vendor["blocked"], vendor["shadow"], vendor["zones"]) == (0, 1, 1)
    assert vendor["purposes"] == {"analytics": 1, "account": 1}
    assert (said["total"]["kept"], said["version"][:8]) == (1, "undated-")
