"""The child that checks a configuration, and what comes back from it."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from blocker.admin.aside import prepare_aside
from blocker.admin.plan import Evidence, Plan, encode_failure, prepare
from blocker.errors import Problem, Problems, StartError
from tests.support.backend import plain
from tests.support.lists import write_lists
from tests.support.plans import plan


def config(folder: Path, extra: str = "") -> Path:
    write_lists(folder / "lists")
    path = folder / "blocker.yaml"
    path.write_text(plain(folder) + extra)
    return path


def test_a_plan_is_read_as_it_was_written() -> None:
    whole = plan(
        sources={"paper": Evidence("P", "https://example.org/p")},
        dot=[("::", 853)],
        doh=[("::", 443)],
    )
    assert Plan.decode(whole.encode().encode()) == whole


def test_the_child_gives_a_plan(tmp_path: Path) -> None:
    path = config(tmp_path, "rules: {block: [a.example]}\n")
    found = prepare(path)
    assert found.config == str(path)
    assert Path(found.generation.ruleset).is_file()
    assert found.generation.rules[0]["text"] == "a.example"
    assert asyncio.run(prepare_aside(path)) == found


def test_meanwhile_something_else_can_be_done(tmp_path: Path) -> None:
    done: list[str] = []
    prepare(config(tmp_path), meanwhile=lambda: done.append("this"))
    assert done == ["this"]


def test_all_faults_come_back_with_their_places(tmp_path: Path) -> None:
    path = config(tmp_path, "unknown: 1\ncache: {size: big}\n")
    with pytest.raises(Problems) as caught:
        prepare(path)
    assert [(each.file, each.line) for each in caught.value.problems] == [
        (str(path), 4),
        (str(path), 5),
    ]
    with pytest.raises(Problems) as again:
        asyncio.run(prepare_aside(path))
    assert again.value.problems == caught.value.problems


def test_a_file_that_is_not_there_is_a_start_error(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="does not exist"):
        prepare(tmp_path / "missing.yaml")


def test_a_failure_crosses_the_pipe_as_it_was() -> None:
    problems = Problems([Problem("a.yaml", 3, "dns", "is wrong", "write it right")])
    assert '"line": 3' in encode_failure(problems)
    assert '"problems": []' in encode_failure(StartError("no"))


def test_a_child_that_breaks_down_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(StartError, match="could not be checked: it ended with 1"):
        prepare(tmp_path / "blocker.yaml")


def test_the_child_is_the_same_program_wherever_it_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = config(tmp_path)
    monkeypatch.chdir("/")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    assert prepare(path).config == str(path)
    assert os.environ["PYTHONPATH"] == "/nowhere"


def test_a_caller_that_gives_up_ends_the_child(tmp_path: Path) -> None:
    async def give_up() -> None:
        async with asyncio.timeout(0.05):
            await prepare_aside(config(tmp_path))

    with pytest.raises(TimeoutError):
        asyncio.run(give_up())
