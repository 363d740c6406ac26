"""What `blocker subscriptions` tells where no server runs. With one: tests/e2e/."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from blocker.cli.listed import Folder, Outcome, here, rows
from blocker.errors import StartError
from tests.support.downloading import lines
from tests.support.webserver import WebServer, answer, status


def configured(folder: Path, *sources: str) -> Path:
    config = folder / "blocker.yaml"
    listed = "".join(f"- {{name: list{n}, source: '{s}'}}\n" for n, s in enumerate(sources))
    config.write_text(f"state: {folder}/state\nsubscriptions:\n{listed}")
    return config


def nothing(name: str, octets: int, whole: int | None) -> None:
    return None


def test_into_the_state_folder(tmp_path: Path) -> None:
    with WebServer(https=False) as web:
        web.on("/a", answer(lines(100)), status(500), answer(lines(3)))
        lists = here(configured(tmp_path, web.url("/a")))
        assert isinstance(lists, Folder)
        assert [each["state"] for each in lists.told()] == ["missing"]
        seen: list[tuple[str, int, int | None]] = []
        (outcome,) = lists.refresh(["list0"], lambda *said: seen.append(said))
        assert (outcome.state, str(outcome)) == ("new", "list0: 100 lines are new")
        assert seen[-1] == ("list0", len(lines(100)), len(lines(100)))
        (outcome,) = lists.refresh(["list0"], nothing)
        assert outcome.failed
        assert str(outcome).endswith("500 Internal Server Error; its last good copy stays")
        (outcome,) = lists.refresh(["list0"], nothing)
        assert outcome.state == "held"
        assert str(outcome).endswith("blocker subscriptions refresh --accept list0")
        lists.accept("list0")
        (outcome,) = lists.refresh(["list0"], nothing)
        assert str(outcome) == "list0: as it was, 3 lines"
        (told,) = lists.told()
        assert (told["state"], told["lines"]) == ("current", 3)


def test_which_are_downloads(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("a.example\n")
    lists = here(configured(tmp_path, "https://lists.example/a", str(file)))
    assert lists.downloads([]) == ["list0"]
    assert lists.downloads(["list0", "list0"]) == ["list0"]
    with pytest.raises(StartError, match=r"no subscription is called ../x; .* has: list0, list1"):
        lists.downloads(["../x"])
    with pytest.raises(StartError, match="list1 is a file"):
        lists.downloads(["list0", "list1"])
    with pytest.raises(StartError, match="no subscription that is a download"):
        here(configured(tmp_path, str(file))).downloads([])


def test_cells() -> None:
    soon = (datetime.now(UTC) + timedelta(hours=5, minutes=15)).isoformat()
    told = {"name": "a", "state": "current", "names": 1234567, "lines": 9, "age": 7300, "error": ""}
    assert list(rows([{**told, "next_check": soon}])) == [
        ("a", "current", "1,234,567", "2 h", "in 5 h", "")
    ]
    bare = {**told, "names": None, "lines": None, "age": None, "next_check": None}
    assert list(rows([bare])) == [("a", "current", "-", "-", "-", "")]
    late = {**bare, "lines": 9, "age": 90_000, "next_check": "2020-01-01T00:00:00+00:00"}
    assert list(rows([late])) == [("a", "current", "9", "1 d", "now", "")]
    for age, shown in ((0, "0 s"), (59, "59 s"), (60, "1 min"), (3600, "1 h")):
        assert next(rows([{**bare, "age": age}]))[3] == shown


def test_without_a_copy_that_is_said() -> None:
    assert str(Outcome("a", "failed", None, "why")) == "a: why; there is no copy of it"
