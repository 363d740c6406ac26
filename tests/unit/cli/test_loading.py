"""Bars for people; nothing for a pipe."""

import io

from rich.console import Console

from blocker.cli.loading import loading_bars


def drawn(*, terminal: bool) -> str:
    out = io.StringIO()
    console = Console(file=out, force_terminal=terminal, width=100)
    with loading_bars(console) as show:
        show("[bold]one", 0, None)
        show("[bold]one", 500_000, 1_000_000)
        show("two", 7, None)
    return out.getvalue()


def test_a_terminal_sees_how_far_each_is() -> None:
    told = drawn(terminal=True)
    assert "[bold]one" in told
    assert "two" in told
    assert "1.0 MB" in told


def test_a_pipe_sees_nothing() -> None:
    assert drawn(terminal=False).strip() == ""
