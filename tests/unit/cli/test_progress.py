"""The bar of `check`: on a terminal, for long work, and gone at the end."""

import io

from rich.console import Console

from blocker.cli.progress import SILENT, progress_bar


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def shown(terminal: bool, seconds: float) -> str:
    stream, clock = io.StringIO(), Clock()
    console = Console(file=stream, force_terminal=terminal, width=80)
    with progress_bar(console, clock) as progress:
        clock.now += seconds
        progress("reading ads", 1, 4)
        progress("sorting", 0, 9)
        progress("indexing", 9, 9)
    return stream.getvalue()


def test_long_work_shows_its_stages_and_how_far_it_is() -> None:
    text = shown(terminal=True, seconds=2 * SILENT)
    assert "indexing" in text
    assert "100%" in text
    assert text.endswith("\x1b[2K"), "the bar is wiped"


def test_short_work_shows_nothing() -> None:
    assert shown(terminal=True, seconds=SILENT / 2) == ""


def test_no_terminal_shows_nothing() -> None:
    assert shown(terminal=False, seconds=2 * SILENT) == ""
