"""Reloading a long list: how soon it is in force, and what clients and memory notice of it.

Each turn adds a name to the list, so the whole of it is read anew; it is in force when a fresh
question below that name is answered as blocked.
"""

import itertools
import random
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks import bulk, disturbance, latency, load, names, processes, rightness
from tests.benchmarks.contestants import Contestant
from tests.benchmarks.ground import Ground
from tests.benchmarks.servers import Site

ASKED = 20_000  # of the names on the list
LONGEST = 300.0
SAMPLES = 0.2  # seconds between two looks at the memory
RCODES = ("NOERROR", "NXDOMAIN")


@dataclass(slots=True)
class Course:
    """What one server did."""

    name: str
    start: float  # seconds to the first right answer
    calm: load.Outcome
    disturbed: load.Outcome
    reloads: list[float]  # seconds each took, during the load
    idle_reload: float  # seconds of one without a load
    before: int  # octets
    peak: int  # while it reloaded
    after: int  # the larger of after the load, and after the idle reload


@dataclass(slots=True)
class Reloader:
    """Does the next turn, and keeps how long each took."""

    contestant: Contestant
    site: Site
    pid: int
    took: list[float] = field(default_factory=list)
    turns: Iterator[int] = field(default_factory=itertools.count)

    def __call__(self) -> None:
        name = f"added{next(self.turns)}.reloaded.example"
        self.contestant.add(self.site, name)
        began = time.monotonic()
        order = self.contestant.reload(self.site, self.pid)
        ordered = subprocess.run(order, capture_output=True, text=True, timeout=LONGEST)
        if ordered.returncode:
            raise RuntimeError(f"{order}: {ordered.stdout}{ordered.stderr}")
        rightness.wait_until_blocked(self.site.port, name, self.pid)
        self.took.append(time.monotonic() - began)


def queries(ground: Ground, listed: int) -> Path:
    """A mixture whose blocked names are spread over the list."""
    path = ground.folder / "listed.txt"
    if not path.exists():
        numbers = random.Random(1).sample(range(listed), min(ASKED, listed))
        _, cached = names.blocked_and_cached()
        blocked = [bulk.name(number) for number in numbers]
        names.write_queries(path, names.mixed(blocked, cached, 200_000, seed=1))
    return path


def course(
    ground: Ground, contestant: Contestant, listed: Path, count: int, seconds: float, every: float
) -> Course:
    """Start, settle, a calm load, the same load with reloads, one reload more without a load."""
    site = ground.site(contestant.name.replace(", ", "-"), listed)
    command = contestant.configure(site)
    asked = queries(ground, count)
    began = time.monotonic()
    with ground.started(site, command, bulk.name(count - 1)) as pid:
        start = time.monotonic() - began
        load.run(load.Load(asked, site.port, seconds=60, once=True), RCODES)
        processes.wait_until_quiet(pid)
        before = processes.pss_bytes(pid)
        calm = latency.measured(asked, site.port, seconds, RCODES)
        reloader = Reloader(contestant, site, pid)
        order = contestant.reload(site, pid)
        ground.note(["PID" if word == str(pid) else word for word in order])
        with disturbance.repeated(reloader, every):
            disturbed = latency.measured(asked, site.port, seconds, RCODES)
        processes.wait_until_quiet(pid)
        after = processes.pss_bytes(pid)
        under_load = list(reloader.took)
        with _peak(pid) as peak:
            reloader()
        processes.wait_until_quiet(pid)
        return Course(
            contestant.name,
            start,
            calm,
            disturbed,
            under_load,
            reloader.took[-1],
            before,
            max(peak),
            max(after, processes.pss_bytes(pid)),
        )


@contextmanager
def _peak(pid: int) -> Iterator[list[int]]:
    """The tree's memory, looked at again and again."""
    enough = threading.Event()
    seen = [processes.pss_bytes(pid)]

    def look() -> None:
        while not enough.wait(SAMPLES):
            seen.append(processes.pss_bytes(pid))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        enough.set()
        thread.join()
