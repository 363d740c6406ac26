"""A bar on the terminal for work that takes long; nothing if it is short, or elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from rich.console import Console
from rich.progress import BarColumn, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from blocker.ruleset import Progress

SILENT = 0.3  # seconds that need no telling


@contextmanager
def progress_bar(
    console: Console | None = None, clock: Callable[[], float] = time.monotonic
) -> Iterator[Progress]:
    """A Progress for the work inside. On stderr, so that what is printed can go to a file."""
    console = console or Console(stderr=True)
    began = clock()
    with ExitStack() as shown:
        bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        stages: dict[str, TaskID] = {}

        def show(what: str, done: int, total: int) -> None:
            if not console.is_terminal or clock() - began < SILENT:
                return
            if not stages:
                shown.enter_context(bar)
            if what not in stages:
                for task in bar.tasks:
                    task.visible = False
                stages[what] = bar.add_task(what, total=None)
            # Work that cannot say how far it is says 0, and its bar only moves to and fro.
            bar.update(stages[what], completed=done, total=total if done else None)

        yield show
