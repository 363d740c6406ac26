"""dnsperf, pinned to the core the server does not have; what it counted."""

import re
import subprocess
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.processes import LOAD_CORE, pinned

FOUND = ("NOERROR",)
MODES = {  # what dnsperf is told of each way to ask
    "udp": (),
    "tls": ("-m", "tls"),
    "https": ("-m", "doh"),
}
SOURCES = 10  # sockets, each with a port of its own, so that a server sees several clients


@dataclass(frozen=True, slots=True)
class Load:
    queries: Path
    port: int
    seconds: float
    rate: int | None = None  # queries a second; as fast as answers come if None
    outstanding: int = 100
    once: bool = False  # stop at the end of the file, whatever time is left
    each: bool = False  # keep the latency of every query
    mode: str = "udp"

    def command(self) -> list[str]:
        command = ["dnsperf", "-s", "127.0.0.1", "-p", str(self.port), "-d", str(self.queries)]
        command += ["-c", str(SOURCES), "-T", "1", "-b", "4096", "-q", str(self.outstanding)]
        command += ["-l", f"{self.seconds:g}", *MODES[self.mode]]
        if self.mode == "https":
            command += ["-O", f"doh-uri=https://127.0.0.1:{self.port}/dns-query"]
        command += ["-n", "1"] if self.once else []
        command += ["-Q", str(self.rate)] if self.rate else []
        command += ["-v"] if self.each else []
        return command


@dataclass(frozen=True, slots=True)
class Outcome:
    sent: int
    completed: int
    lost: int
    seconds: float
    slowest: float  # seconds
    rcodes: dict[str, int]
    latencies: list[float]  # seconds, sorted; empty unless asked for


def run(load: Load, rcodes: Collection[str] = FOUND) -> Outcome:
    """Ask; another rcode, or nothing answered, is an error of the benchmark."""
    finished = subprocess.run(
        pinned(load.command(), LOAD_CORE),
        capture_output=True,
        text=True,
        timeout=load.seconds + 60,
    )
    outcome = parse(finished.stdout)
    if not outcome.completed or not set(outcome.rcodes) <= set(rcodes):
        raise RuntimeError(
            f"dnsperf: {outcome.rcodes}\n{finished.stderr}\n{finished.stdout[-2000:]}"
        )
    return outcome


def parse(output: str) -> Outcome:
    codes = re.search(r"Response codes:\s+(.*)", output)
    latencies = re.findall(r"^> \w+ \S+ \w+ ([0-9.]+)$", output, re.MULTILINE)
    return Outcome(
        sent=int(_figure(output, r"Queries sent:\s+(\d+)")),
        completed=int(_figure(output, r"Queries completed:\s+(\d+)")),
        lost=int(_figure(output, r"Queries lost:\s+(\d+)")),
        seconds=_figure(output, r"Run time \(s\):\s+([0-9.]+)"),
        slowest=_figure(output, r"Average Latency \(s\):.*max ([0-9.]+)\)"),
        rcodes={
            code: int(count)
            for code, count in re.findall(r"(\w+) (\d+) \(", codes[1] if codes else "")
        },
        latencies=sorted(float(latency) for latency in latencies),
    )


def _figure(output: str, pattern: str) -> float:
    found = re.search(pattern, output)
    if found is None:
        raise RuntimeError(f"dnsperf did not print {pattern}:\n{output[-2000:]}")
    return float(found[1])
