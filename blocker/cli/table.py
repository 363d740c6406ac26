"""A table for people: plain, as wide as the terminal, and whole where there is none."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

_PIPED: Final = 160  # columns, where no terminal says how many it has


def table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], console: Console | None = None
) -> None:
    """Print it. Names come from strangers: nothing in a cell is taken as markup."""
    console = console or Console(highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = _PIPED
    shown = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for column in columns:
        shown.add_column(column, overflow="fold")
    for row in rows:
        shown.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    console.print(shown)


def local(moment: str | None) -> str:
    """A moment the API gives, in the time zone of this machine."""
    if moment is None:
        return ""
    return f"{datetime.fromisoformat(moment).astimezone():%Y-%m-%d %H:%M}"
