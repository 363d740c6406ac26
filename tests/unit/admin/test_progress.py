"""Progress on a terminal's last line: seldom, in place, and wiped."""

import io

from blocker.admin.progress import EVERY, SILENT, ProgressLine


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_long_work_is_told_and_its_line_wiped() -> None:
    terminal, clock = Terminal(), Clock()
    with ProgressLine(terminal, clock) as progress:
        clock.now += SILENT
        progress("reading ads", 1, 4)
        progress("sorting", 0, 9)
    assert terminal.getvalue().split("\r\x1b[K") == ["", "reading ads  25 %", "sorting ...", ""]


def test_short_work_says_nothing() -> None:
    terminal, clock = Terminal(), Clock()
    with ProgressLine(terminal, clock) as progress:
        clock.now += SILENT / 2
        progress("reading ads", 1, 4)
        progress("sorting", 1, 9)
    assert terminal.getvalue() == ""


def test_a_stage_is_not_drawn_more_often_than_it_can_be_read() -> None:
    terminal, clock = Terminal(), Clock()
    with ProgressLine(terminal, clock) as progress:
        clock.now += SILENT
        for done in range(1, 101):
            progress("indexing", done, 100)
            clock.now += EVERY / 10
    assert 5 <= terminal.getvalue().count("indexing") <= 12


def test_what_is_no_terminal_is_told_nothing() -> None:
    stream, clock = io.StringIO(), Clock()
    with ProgressLine(stream, clock) as progress:
        clock.now += SILENT
        progress("reading ads", 1, 4)
    assert stream.getvalue() == ""
