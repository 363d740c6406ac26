"""The report: tables first, then all that is needed to judge them or to measure again."""

import os
import platform
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.benchmarks import latency, load, processes
from tests.benchmarks.compare import REFERENCE, Result
from tests.benchmarks.finding import Finding
from tests.benchmarks.names import BLOCKED, CACHED
from tests.benchmarks.policy import MIB, Policy
from tests.benchmarks.reloads import Course
from tests.benchmarks.servers import BLOCKER, UNLOGGED, Server


@dataclass(frozen=True, slots=True)
class Measured:
    chosen: Sequence[Server]
    results: Sequence[Result]  # of speed
    findings: Sequence[Finding]  # of limits
    policy: Policy
    commands: Sequence[str]
    log: Sequence[Finding] = ()

    def all_findings(self) -> list[Finding]:
        return [*self.findings, *self.policy.findings, *self.log]


def markdown(measured: Measured) -> str:
    parts = [
        _comparison(measured.results, measured.chosen),
        _findings("blocker", measured.findings),
        _findings("policy", measured.policy.findings),
        _findings("query log", measured.log),
        _courses(measured.policy.courses, measured.policy.size.many),
        _circumstances(measured),
        _commands(measured),
    ]
    return "\n".join(part for part in parts if part)


def over_the_limit(measured: Measured) -> bool:
    return any(_met(result) is False for result in measured.results) or any(
        finding.met is False for finding in measured.all_findings()
    )


def _comparison(results: Sequence[Result], chosen: Sequence[Server]) -> str:
    if not results:
        return ""
    names = [server.name for server in chosen]
    lines = [
        f"CPU time per query in microseconds, all processes, and relative to {REFERENCE} "
        "(median of turns; lower is better):",
        "",
        *_head(["workload"], [*names, "limit for blocker"], ["met"]),
    ]
    for result in results:
        cells = [_figures(result, name) for name in names]
        limit = f"{result.workload.limit:g}" if result.workload.limit else ""
        lines.append(_row([result.workload.name, *cells, limit, _yes(_met(result))]))
    lines += ["", "Spread of the ratios (lowest to highest), answers a second, queries lost:", ""]
    lines += _head(["workload"], names)
    for result in results:
        cells = []
        for name in names:
            if not result.turns(name):
                cells.append("")
                continue
            ratios, lost = result.ratios(name), sum(turn.lost for turn in result.turns(name))
            cells.append(f"{ratios[0]:.2f} to {ratios[-1]:.2f}, {result.rate(name):,.0f}, {lost}")
        lines.append(_row([result.workload.name, *cells]))
    return _lines(lines)


def _figures(result: Result, name: str) -> str:
    """Empty for a server that cannot do such work."""
    if not result.turns(name):
        return ""
    return f"{result.microseconds(name):.2f} ({result.ratio(name):.2f})"


def _met(result: Result) -> bool | None:
    """The log has a limit of its own: where blocker ran without it too, that counts."""
    ours = next((each.name for each in (UNLOGGED, BLOCKER) if result.turns(each.name)), None)
    if result.workload.limit is None or ours is None:
        return None
    return result.ratio(ours) <= result.workload.limit


def _findings(title: str, findings: Sequence[Finding]) -> str:
    if not findings:
        return ""
    rows = [_row([each.what, each.measured, each.limit, _yes(each.met)]) for each in findings]
    return _lines([*_head([title], ["measured", "limit"], ["met"]), *rows])


def _courses(courses: Sequence[Course], names: int) -> str:
    if not courses:
        return ""
    rows = {
        "first answer after a start, s": lambda each: f"{each.start:.2f}",
        "PSS before, MiB": lambda each: f"{each.before / MIB:.0f}",
        "PSS at most while it reloads, MiB": lambda each: f"{each.peak / MIB:.0f}",
        "PSS after reloads, MiB": lambda each: f"{each.after / MIB:.0f}",
        "reload until in force, s": lambda each: f"{each.idle_reload:.2f}",
        f"the same at {latency.RATE:,} queries a second, s": _under_load,
        "p99.9 quiet, ms": lambda each: f"{latency.at(each.calm.latencies, 0.999):.1f}",
        "p99.9 with reloads, ms": lambda each: f"{latency.at(each.disturbed.latencies, 0.999):.1f}",
        "slowest with reloads, ms": lambda each: f"{latency.at(each.disturbed.latencies, 1):.0f}",
        "lost with reloads": lambda each: f"{each.disturbed.lost:,} of {each.disturbed.sent:,}",
    }
    lines = [f"A list of {names:,} names, each with all below it, started and reloaded:", ""]
    lines += _head([""], [each.name for each in courses])
    lines += [_row([what, *map(cell, courses)]) for what, cell in rows.items()]
    return _lines(lines)


def _under_load(course: Course) -> str:
    if not course.reloads:
        return "none ended"
    return f"{max(course.reloads):.2f} (slowest of {len(course.reloads)})"


def _circumstances(measured: Measured) -> str:
    versions = "; ".join(f"{server.name} {server.version()}" for server in measured.chosen)
    lines = [
        f"Measured {datetime.now(UTC):%Y-%m-%d} on {_processor()}, {os.cpu_count()} cores, "
        f"Linux {platform.release()}. {versions}.",
        "Each server runs on one core with all its processes, and forwards to the same Unbound, "
        "which answers every name and shares the other core with dnsperf.",
        "",
    ]
    if measured.results:
        lines += [
            f"CPU time: each server has the same {BLOCKED:,} blocked names and {CACHED:,} cached "
            f"names. {len(measured.results[0].rounds)} turns each, alternating, after one that is "
            "not counted; queries of type A over UDP. The rate says little, since the core of the "
            "load is often the slower one.",
            "",
        ]
    if measured.policy.courses:
        lines += [
            "Reloads: each adds a name to the list, and counts until a fresh question below that "
            "name is answered as blocked. blocker's start is its first, which compiles the list; "
            "the database of dnsdist is written before it starts. dnsmasq and RPZ say NXDOMAIN, "
            "the others 0.0.0.0.",
            "",
        ]
    return "\n".join(lines)


def _commands(measured: Measured) -> str:
    queries = Path("DIR/queries.txt")
    loads: list[load.Load] = []
    if measured.results or measured.policy.results:
        loads += [load.Load(queries, 53, 5), load.Load(queries, 53, 5, once=True)]
    if measured.findings or measured.policy.courses:
        loads.append(latency.task(Path("DIR/listed.txt"), 53, measured.policy.size.seconds))
    clients = [shlex.join(processes.pinned(task.command(), processes.LOAD_CORE)) for task in loads]
    return _lines(
        [
            "The commands, with the port that each server has; names that never come twice are "
            'asked with `-n 1`. `make bench BENCH="--folder DIR"` keeps all files:',
            "",
            "```",
            *measured.commands,
            *clients,
            "```",
        ]
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _yes(met: bool | None) -> str:
    return {None: "", True: "yes", False: "**no**"}[met]


def _head(left: Sequence[str], right: Sequence[str], last: Sequence[str] = ()) -> Iterator[str]:
    yield _row([*left, *right, *last])
    yield _row([*["---"] * len(left), *["---:"] * len(right), *["---"] * len(last)])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"
