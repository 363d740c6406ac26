"""`make bench`: measure, and print Markdown tables with what is needed to do it again."""

import argparse
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import (
    compare,
    encrypted,
    log,
    names,
    policy,
    processes,
    report,
    servers,
    speed,
)
from tests.benchmarks.finding import Finding
from tests.benchmarks.ground import Ground, ground
from tests.benchmarks.limits import Limits

CHAPTERS = ("speed", "tls", "encrypted", "limits", "policy", "log")


@dataclass(frozen=True, slots=True)
class Size:
    rounds: int
    seconds: float  # of one turn
    steady: float  # of a run at a fixed rate
    policy: policy.Size
    log: log.Size


FULL = Size(rounds=9, seconds=5, steady=30, policy=policy.FULL, log=log.FULL)
QUICK = Size(rounds=2, seconds=1, steady=3, policy=policy.QUICK, log=log.QUICK)


def main() -> None:
    arguments = _arguments()
    os.sched_setaffinity(0, {processes.LOAD_CORE})  # the other core is the server's alone
    with ground(arguments.folder) as stage:
        measured = _measure(stage, arguments, QUICK if arguments.quick else FULL)
    text = report.markdown(measured)
    print(text)
    if arguments.output:
        arguments.output.write_text(text, encoding="utf-8")
    if arguments.strict and report.over_the_limit(measured):
        sys.exit("over the limit")


def _measure(stage: Ground, arguments: argparse.Namespace, size: Size) -> report.Measured:
    chosen = [server for server in servers.ALL if server.name in arguments.servers]
    results: list[compare.Result] = []
    findings: list[Finding] = []
    wanted = set(arguments.only)
    blocked, cached = (
        names.blocked_and_cached() if wanted & {"speed", "tls", "encrypted", "limits"} else ([], [])
    )
    if "speed" in wanted:
        results = speed.results(stage, chosen, blocked, cached, size.rounds, size.seconds)
    if "tls" in wanted:
        results.append(speed.over_tls(stage, blocked, cached, size.rounds, size.seconds))
    if "encrypted" in wanted:
        results += encrypted.results(stage, blocked, cached, size.rounds, size.seconds)
    if "limits" in wanted and servers.BLOCKER in chosen:
        findings = Limits(stage, blocked, cached, size.steady).findings()
    heavy = policy.Policy(stage, size.policy)
    parts = list(policy.PARTS) if "policy" in wanted else wanted & set(policy.PARTS)
    policy.measure(heavy, [part for part in policy.PARTS if part in parts])
    logged = log.findings(stage, size.log) if "log" in wanted else []
    return report.Measured(chosen, results, findings, heavy, stage.commands, logged)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a short run: does it work at all?")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the report there too")
    parser.add_argument("--folder", type=Path, help="keep configurations and queries there")
    parser.add_argument("--strict", action="store_true", help="exit 1 when over a limit")
    parser.add_argument(
        "--only",
        nargs="+",
        default=list(CHAPTERS),
        choices=[*CHAPTERS, *policy.PARTS],
        metavar="PART",
        help=f"one of {', '.join(CHAPTERS)}; or of policy's {', '.join(policy.PARTS)}",
    )
    parser.add_argument(
        "--servers",
        nargs="+",
        default=[server.name for server in servers.ALL],
        choices=[server.name for server in servers.ALL],
        metavar="NAME",
        help="in speed, measure only these; Unbound must be among them (default: all)",
    )
    arguments = parser.parse_args()
    if compare.REFERENCE not in arguments.servers:
        parser.error(f"all is measured against {compare.REFERENCE}")
    return arguments


if __name__ == "__main__":
    main()
