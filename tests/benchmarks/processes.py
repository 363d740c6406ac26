"""A server as the kernel sees it: a tree of processes, its CPU time and its memory.

The whole tree counts, children that have ended among them: a server may not look fast because a
second process does the work.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
SERVER_CORE = 0
LOAD_CORE = 1


@contextmanager
def started(command: Sequence[str], core: int, log: Path) -> Iterator[int]:
    """Run `command` on one core, all its threads and children with it; yield its process id."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            pinned(command, core),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield process.pid
    finally:
        _stop(process)


def pinned(command: Sequence[str], core: int) -> list[str]:
    return ["taskset", "--cpu-list", str(core), *command]


def cpu_seconds(root: int) -> float:
    """User and system time of the tree, and of those of its children that were waited for."""
    return sum(sum(_stat(pid)[10:14]) for pid in tree(root)) / TICK


def pss_bytes(root: int) -> int:
    """Proportional set size of the tree: a page that n processes share counts 1/n for each."""
    total = 0
    for pid in tree(root):
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has just ended
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total


def has_ended(pid: int) -> bool:
    """Whether a process that was started here, and not waited for, is through."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


def tree(root: int) -> list[int]:
    """The process and all its descendants that live."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = _stat(int(entry.name))[0]
            except (FileNotFoundError, ProcessLookupError):
                continue  # it ended while we looked
            children.setdefault(parent, []).append(int(entry.name))
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def _stat(pid: int) -> list[int]:
    """proc(5) /proc/pid/stat from its fourth field on: 0 is the parent, 10 to 13 the CPU times."""
    text = Path(f"/proc/{pid}/stat").read_text()
    fields = text.rpartition(")")[2].split()[1:]
    return [int(field) for field in fields[:14]]


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        for pid in reversed(tree(process.pid)):
            os.kill(pid, signal.SIGKILL)
        process.wait(timeout=10)


def wait_until_quiet(root: int, limit: float = 30.0) -> None:
    """Until the tree has used no CPU to speak of for half a second: start-up work is over."""
    deadline = time.monotonic() + limit
    before = cpu_seconds(root)
    while time.monotonic() < deadline:
        time.sleep(0.5)
        after = cpu_seconds(root)
        if after - before <= 0.02:
            return
        before = after
