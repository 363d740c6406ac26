"""What may not be felt in an answer: scrapes and reloads, repeated while a load runs.

They run in a thread of low priority, on the core of the load, so they take little from it.
"""

import contextlib
import os
import signal
import threading
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

Repetition = tuple[Callable[[], None], float]


def scraping(url: str, every: float) -> Repetition:
    def scrape() -> None:
        with urllib.request.urlopen(url, timeout=10) as answer:
            assert answer.read().startswith(b"#")

    return scrape, every


def reloading(pid: int, names: Path, every: float) -> Repetition:
    """Each reload finds a name more in the subscription, so all of it is compiled again."""

    def reload() -> None:
        with names.open("a", encoding="ascii") as file:
            size = file.tell()
            file.write(f"reload-{size}.example.com\n")
        os.kill(pid, signal.SIGHUP)

    return reload, every


@contextlib.contextmanager
def repeated(action: Callable[[], None], every: float) -> Iterator[None]:
    """Do it again and again; what it raised is raised at the end."""
    enough = threading.Event()
    failures: list[Exception] = []

    def repeat() -> None:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 19)
        while not enough.wait(every):
            try:
                action()
            except Exception as error:
                failures.append(error)
                return

    thread = threading.Thread(target=repeat)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        thread.join()
    if failures:
        raise failures[0]
