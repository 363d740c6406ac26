"""`make bench`: measure, and print a Markdown table with what is needed to do it again."""

import argparse
import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import compare, limits, names, processes, report, rightness, servers
from tests.support.ports import free_port

QUERIES = 400_000  # in a file; a turn ends with it or with the time


@dataclass(frozen=True, slots=True)
class Size:
    rounds: int
    seconds: float  # of one turn
    steady: float  # of a run at a fixed rate


FULL = Size(rounds=9, seconds=5, steady=30)
QUICK = Size(rounds=2, seconds=1, steady=3)


def main() -> None:
    arguments = _arguments()
    size = QUICK if arguments.quick else FULL
    chosen = [server for server in servers.ALL if server.name in arguments.servers]
    blocked, cached = names.blocked_and_cached()
    os.sched_setaffinity(0, {processes.LOAD_CORE})  # the other core is the server's alone
    with _folder(arguments.folder) as folder, _upstream(folder) as upstream_port:
        with _all_started(chosen, folder, upstream_port, blocked) as running:
            for each in running:
                rightness.check(each.server, each.port, blocked, cached)
            compare.warm(running, cached, folder)
            commands = [report.replayable(each.command, folder) for each in running]
            results = [
                _said(compare.compare(workload, running, size.rounds, size.seconds, folder))
                for workload in compare.workloads(blocked, cached, QUERIES)
            ]
        findings: list[limits.Finding] = []
        if servers.BLOCKER in chosen:
            ground = limits.Ground(folder, upstream_port, blocked, cached, size.steady)
            findings = limits.measure(ground)
    text = report.markdown(results, findings, chosen, commands)
    print(text)
    if arguments.output:
        arguments.output.write_text(text, encoding="utf-8")
    if arguments.strict and report.over_the_limit(results, findings):
        sys.exit("over the limit")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a short run: does it work at all?")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the report there too")
    parser.add_argument("--folder", type=Path, help="keep configurations and queries there")
    parser.add_argument("--strict", action="store_true", help="exit 1 when over a limit")
    parser.add_argument(
        "--servers",
        nargs="+",
        default=[server.name for server in servers.ALL],
        choices=[server.name for server in servers.ALL],
        metavar="NAME",
        help="measure only these; Unbound must be among them (default: all)",
    )
    arguments = parser.parse_args()
    if compare.REFERENCE not in arguments.servers:
        parser.error(f"all is measured against {compare.REFERENCE}")
    return arguments


@contextlib.contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is None:
        with tempfile.TemporaryDirectory(prefix="blocker-bench-") as scratch:
            yield Path(scratch)
    else:
        kept.mkdir(parents=True)
        yield kept.resolve()


@contextlib.contextmanager
def _upstream(folder: Path) -> Iterator[int]:
    """On the core of the load: its time is not the servers', and it is the same for all."""
    place = folder / "upstream"
    place.mkdir()
    port = free_port()
    command = servers.upstream(servers.Site(place, port, 0, 0, []))
    with processes.started(command, processes.LOAD_CORE, place / "log"):
        rightness.wait_until_answers(port, "ready.example")
        yield port


@contextlib.contextmanager
def _all_started(
    chosen: Sequence[servers.Server], folder: Path, upstream_port: int, blocked: list[str]
) -> Iterator[list[compare.Running]]:
    with contextlib.ExitStack() as stack:
        running = []
        for server in chosen:
            place = folder / server.name
            place.mkdir()
            site = servers.Site(place, free_port(), free_port(), upstream_port, blocked)
            command = server.configure(site)
            started = processes.started(command, processes.SERVER_CORE, place / "log")
            pid = stack.enter_context(started)
            try:
                rightness.wait_until_answers(site.port, blocked[0])
            except TimeoutError as error:
                log = (place / "log").read_text(errors="replace")
                raise RuntimeError(f"{server.name}: {error}\n{log[-3000:]}") from error
            running.append(compare.Running(server, site.port, pid, command))
        yield running


def _said(result: compare.Result) -> compare.Result:
    """Progress, for someone who watches; the table comes at the end."""
    turns = result.rounds[0]
    figures = ", ".join(f"{turn.server} {result.microseconds(turn.server):.2f}" for turn in turns)
    print(f"{result.workload.name}: {figures} us a query", file=sys.stderr, flush=True)
    return result


if __name__ == "__main__":
    main()
