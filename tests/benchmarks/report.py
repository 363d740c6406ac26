"""The report: tables first, then all that is needed to judge them or to measure again."""

import os
import platform
import shlex
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.benchmarks import load, processes
from tests.benchmarks.compare import REFERENCE, Result
from tests.benchmarks.limits import Finding
from tests.benchmarks.names import BLOCKED, CACHED
from tests.benchmarks.servers import BLOCKER, Server


def markdown(
    results: Sequence[Result],
    findings: Sequence[Finding],
    chosen: Sequence[Server],
    commands: Sequence[str],
) -> str:
    parts = [
        _comparison(results, chosen),
        _findings(findings),
        _circumstances(results, chosen),
        _commands(commands),
    ]
    return "\n".join(part for part in parts if part)


def replayable(command: Sequence[str], folder: Path) -> str:
    """A server's command as it was run, for whoever keeps the folder."""
    return shlex.join(processes.pinned(command, processes.SERVER_CORE)).replace(str(folder), "DIR")


def over_the_limit(results: Sequence[Result], findings: Sequence[Finding]) -> bool:
    return any(_met(result) is False for result in results) or any(
        finding.met is False for finding in findings
    )


def _comparison(results: Sequence[Result], chosen: Sequence[Server]) -> str:
    names = [server.name for server in chosen]
    lines = [
        f"CPU time per query in microseconds, all processes, and relative to {REFERENCE} "
        "(median of turns; lower is better):",
        "",
        _row(["workload", *names, "limit for blocker", "met"]),
        _row(["---", *(["---:"] * len(names)), "---:", "---"]),
    ]
    for result in results:
        cells = [f"{result.microseconds(name):.2f} ({result.ratio(name):.2f})" for name in names]
        limit = f"{result.workload.limit:g}" if result.workload.limit else ""
        lines.append(_row([result.workload.name, *cells, limit, _yes(_met(result))]))
    lines += ["", "Spread of the ratios (lowest to highest), answers a second, queries lost:", ""]
    lines += [_row(["workload", *names]), _row(["---", *(["---:"] * len(names))])]
    for result in results:
        cells = []
        for name in names:
            ratios, lost = result.ratios(name), sum(turn.lost for turn in result.turns(name))
            cells.append(f"{ratios[0]:.2f} to {ratios[-1]:.2f}, {result.rate(name):,.0f}, {lost}")
        lines.append(_row([result.workload.name, *cells]))
    return "\n".join(lines) + "\n"


def _met(result: Result) -> bool | None:
    if result.workload.limit is None or not result.turns(BLOCKER.name):
        return None
    return result.ratio(BLOCKER.name) <= result.workload.limit


def _findings(findings: Sequence[Finding]) -> str:
    if not findings:
        return ""
    lines = [_row(["blocker", "measured", "limit", "met"]), _row(["---", "---:", "---:", "---"])]
    lines += [_row([each.what, each.measured, each.limit, _yes(each.met)]) for each in findings]
    return "\n".join(lines) + "\n"


def _circumstances(results: Sequence[Result], chosen: Sequence[Server]) -> str:
    versions = "; ".join(f"{server.name} {server.version()}" for server in chosen)
    turns = len(results[0].rounds) if results else 0
    return "\n".join(
        [
            f"Measured {datetime.now(UTC):%Y-%m-%d} on {_processor()}, {os.cpu_count()} cores, "
            f"Linux {platform.release()}. {versions}.",
            "",
            f"Each server has the same {BLOCKED:,} blocked names and {CACHED:,} cached names, "
            "runs on one core with all its processes, and forwards to the same Unbound, which "
            f"answers every name and shares the other core with dnsperf. {turns} turns each, "
            "alternating, after one that is not counted; queries of type A over UDP. The rate says "
            "little, since the core of the load is often the slower one.",
            "",
        ]
    )


def _commands(servers: Sequence[str]) -> str:
    turn = load.Load(Path("DIR/queries.txt"), 53, seconds=5)
    once = load.Load(Path("DIR/queries.txt"), 53, seconds=5, once=True)
    clients = [
        shlex.join(processes.pinned(task.command(), processes.LOAD_CORE)) for task in (turn, once)
    ]
    return "\n".join(
        [
            "The commands; the last is for workloads whose names never come twice, and the port is "
            'each server\'s own. `make bench BENCH="--folder DIR"` keeps all files:',
            "",
            "```",
            *servers,
            *clients,
            "```",
            "",
        ]
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _yes(met: bool | None) -> str:
    return {None: "", True: "yes", False: "**no**"}[met]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
