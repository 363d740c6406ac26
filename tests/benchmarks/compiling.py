"""Compiling as `serve` does it: in a child, on a terminal, its time and its largest size."""

import os
import pty
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

from tests.benchmarks import processes

EVERY = 0.01  # seconds between two looks at the child's size


@dataclass(frozen=True, slots=True)
class Compiled:
    seconds: float
    peak: int  # octets of memory it had at most
    steps: int  # how often a person saw progress
    ruleset: int  # octets of the file


def command(config: Path) -> list[str]:
    return [sys.executable, "-m", "blocker.admin.prepare", str(config)]


def compile_anew(config: Path, state: Path) -> Compiled:
    """With nothing there yet but the configuration and the list."""
    terminal, child_end = pty.openpty()
    seen = bytearray()
    reader = threading.Thread(target=_read, args=(terminal, seen))
    began = time.monotonic()
    with (
        TemporaryFile() as output,
        subprocess.Popen(
            processes.pinned(command(config), processes.SERVER_CORE),
            stdout=output,
            stderr=child_end,
        ) as child,
    ):
        os.close(child_end)
        reader.start()
        peak = 0
        while child.poll() is None:
            peak = max(peak, _high_water(child.pid))
            time.sleep(EVERY)
        seconds = time.monotonic() - began
        reader.join()
        os.close(terminal)
        if child.returncode:
            output.seek(0)
            told = (output.read() + seen).decode()
            raise RuntimeError(f"compiling ended with {child.returncode}:\n{told}")
    size = sum(file.stat().st_size for file in (state / "rulesets").glob("*.ruleset"))
    return Compiled(seconds, peak, seen.count(b"\r"), size)


def _high_water(pid: int) -> int:
    """Unlike the peak that wait4() tells, this is not that of the process it was forked from."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:  # it has just ended
        return 0
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def _read(terminal: int, seen: bytearray) -> None:
    while True:
        try:
            chunk = os.read(terminal, 4096)
        except OSError:  # the other end is closed
            return
        seen += chunk
