"""What may not be felt in an answer: scrapes and reloads, repeated while a load runs.

They run in a thread of low priority, on the core of the load, so they take little from it.
"""

import contextlib
import os
import re
import signal
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

LONGEST = 60.0  # seconds of a reload

Repetition = tuple[Callable[[], None], float]


def metrics(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        text: str = answer.read().decode()
    return text


def generation(port: int) -> int:
    """Which rules are in force: grows by one with each reload."""
    found = re.search(r"^blocker_ruleset_generation ([0-9.]+)$", metrics(port), re.MULTILINE)
    assert found is not None
    return int(float(found[1]))


def scraping(port: int, every: float) -> Repetition:
    def scrape() -> None:
        metrics(port)

    return scrape, every


def reloading(pid: int, port: int, names: Path, every: float) -> Repetition:
    """Each reload finds a name more in the subscription, so all of it is compiled again; it is over
    when its generation is in force.
    """

    def reload() -> None:
        before = generation(port)
        with names.open("a", encoding="ascii") as file:
            size = file.tell()
            file.write(f"reload-{size}.example.com\n")
        os.kill(pid, signal.SIGHUP)
        deadline = time.monotonic() + LONGEST
        while generation(port) == before:
            if time.monotonic() > deadline:
                raise TimeoutError(f"no new generation in {LONGEST:g} s")
            time.sleep(0.25)

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
