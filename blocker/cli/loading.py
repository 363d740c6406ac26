"""Bars on the terminal for downloads, one each; nothing elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TransferSpeedColumn,
)

Show = Callable[[str, int, int | None], None]  # a name, octets so far, and of how many


@contextmanager
def loading_bars(console: Console | None = None) -> Iterator[Show]:
    """On stderr, so that what is printed can go to a file; gone when all is done."""
    console = console or Console(stderr=True)
    bars = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    tasks: dict[str, TaskID] = {}

    def show(name: str, octets: int, whole: int | None) -> None:
        if name not in tasks:
            tasks[name] = bars.add_task(name, total=None)
        bars.update(tasks[name], completed=octets, total=whole)

    with bars:
        yield show
