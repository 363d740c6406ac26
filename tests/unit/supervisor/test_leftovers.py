"""What is removed at the start, and what is not."""

import os
from pathlib import Path

from blocker.supervisor.leftovers import clear_leftovers


def test_only_what_a_dead_process_was_writing_goes(tmp_path: Path) -> None:
    proc = tmp_path / "proc"
    (proc / "12").mkdir(parents=True)
    stays = {".generation.json.12", "generation.json", ".hidden", "totals.json.7"}
    for name in (*stays, ".generation.json.7", ".totals.json.8"):
        (tmp_path / name).touch()
    clear_leftovers(tmp_path, proc)
    assert {path.name for path in tmp_path.iterdir()} == {*stays, "proc"}


def test_our_own_are_ours(tmp_path: Path) -> None:
    mine = tmp_path / f".generation.json.{os.getpid()}"
    mine.touch()
    clear_leftovers(tmp_path)
    assert mine.exists()
