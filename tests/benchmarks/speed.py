"""CPU time per query beside the peers: all run at once, each idle but for its own turns."""

import contextlib
import sys
from collections.abc import Iterator, Sequence

from tests.benchmarks import compare, names, processes, rightness, servers
from tests.benchmarks.ground import Ground

QUERIES = 400_000  # in a file; a turn ends with it or with the time


def results(
    ground: Ground,
    chosen: Sequence[servers.Server],
    blocked: list[str],
    cached: list[str],
    rounds: int,
    seconds: float,
) -> list[compare.Result]:
    with all_started(ground, chosen, blocked) as running:
        for each in running:
            rightness.check(each.server, each.site.port, blocked, cached)
        compare.warm(running, cached, ground.folder)
        return [
            said(compare.compare(workload, running, rounds, seconds, ground.folder))
            for workload in compare.workloads(blocked, cached, QUERIES)
        ]


def over_tls(
    ground: Ground, blocked: list[str], cached: list[str], rounds: int, seconds: float
) -> compare.Result:
    """The same for questions that are forwarded over TLS, of those that can."""
    workload = compare.Workload(
        "miss, forwarded over TLS",
        1.5,
        lambda run: names.new_elsewhere(cached, QUERIES, run),
        fresh=True,
    )
    with all_started(ground, servers.OVER_TLS, blocked, "-tls") as running:
        for each in running:
            rightness.check(each.server, each.site.port, blocked, cached)
            processes.wait_until_quiet(each.pid)
        return said(compare.compare(workload, running, rounds, seconds, ground.folder))


@contextlib.contextmanager
def all_started(
    ground: Ground, chosen: Sequence[servers.Server], blocked: list[str], kind: str = ""
) -> Iterator[list[compare.Running]]:
    """Each on a site of its own, named after it and the kind of its configuration."""
    with contextlib.ExitStack() as stack:
        running = []
        for server in chosen:
            site = ground.site(f"{server.name}{kind}", blocked)
            command = server.configure(site)
            pid = stack.enter_context(ground.started(site, command, blocked[0]))
            running.append(compare.Running(server, site, pid))
        yield running


def said(result: compare.Result) -> compare.Result:
    """Progress, for someone who watches; the table comes at the end."""
    turns = result.rounds[0]
    figures = ", ".join(f"{turn.server} {result.microseconds(turn.server):.2f}" for turn in turns)
    print(f"{result.workload.name}: {figures} us a query", file=sys.stderr, flush=True)
    return result
