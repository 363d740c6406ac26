"""Tables for people."""

import io

from rich.console import Console

from blocker.cli.table import local, table


def test_a_cell_is_text_and_nothing_else() -> None:
    console = Console(file=io.StringIO(), highlight=False)
    table(("a", "b"), [("[red]x", None), ("y" * 60, 3)], console)
    told = console.file.getvalue()  # type: ignore[attr-defined]
    assert "[red]x" in told
    assert "y" * 60 in told, "not cut where no terminal is"
    assert "None" not in told


def test_moments_are_local() -> None:
    assert local(None) == ""
    assert local("2026-11-23T21:00:00Z")[:10] in ("2026-11-23", "2026-11-24")
    assert local("2026-11-23T21:00:00Z") == local("2026-11-23T22:00:00+01:00")
