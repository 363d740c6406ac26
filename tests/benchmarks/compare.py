"""CPU time per query, side by side: the servers take turns, and each turn is set against Unbound's.

Turns alternate because a shared machine is faster one minute than the next; the median of the
ratios of neighbouring turns cancels that out where a mean of times would not.
"""

import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.benchmarks import load, names, processes
from tests.benchmarks.servers import Server, Site

REFERENCE = "Unbound"


@dataclass(frozen=True, slots=True)
class Running:
    server: Server
    site: Site
    pid: int

    def port(self, mode: str) -> int:
        """Where it is asked so."""
        ports = {"udp": self.site.port, "tls": self.site.tls_port, "https": self.site.https_port}
        return ports[mode]


@dataclass(frozen=True, slots=True)
class Workload:
    name: str
    limit: float | None  # what blocker must not exceed, relative to Unbound
    queries: Callable[[int], Iterator[str]]  # the names to ask in one turn
    fresh: bool  # every turn has names of its own
    mode: str = "udp"  # of load.MODES


@dataclass(frozen=True, slots=True)
class Turn:
    server: str
    microseconds: float  # CPU time of the whole tree, per answered query
    rate: float
    lost: int


@dataclass(frozen=True, slots=True)
class Result:
    workload: Workload
    rounds: list[list[Turn]]  # one turn of each server a round
    reference: str = REFERENCE

    def turns(self, server: str) -> list[Turn]:
        return [turn for turns in self.rounds for turn in turns if turn.server == server]

    def microseconds(self, server: str) -> float:
        return statistics.median(turn.microseconds for turn in self.turns(server))

    def rate(self, server: str) -> float:
        return statistics.median(turn.rate for turn in self.turns(server))

    def ratios(self, server: str) -> list[float]:
        """Sorted; each a turn against the reference's turn of the same round."""
        pairs = zip(self.turns(server), self.turns(self.reference), strict=True)
        return sorted(turn.microseconds / reference.microseconds for turn, reference in pairs)

    def ratio(self, server: str) -> float:
        return statistics.median(self.ratios(server))


def workloads(blocked: list[str], cached: list[str], count: int) -> list[Workload]:
    return [
        Workload("mixed", 1.2, lambda run: names.mixed(blocked, cached, count, run), fresh=False),
        Workload(
            "new name below a blocked one",
            1.75,
            lambda run: names.new_below_blocked(blocked, count, run),
            fresh=True,
        ),
        Workload(
            "miss, forwarded over UDP",
            1.5,
            lambda run: names.new_elsewhere(cached, count, run),
            fresh=True,
        ),
    ]


def warm(running: Sequence[Running], cached: list[str], folder: Path) -> None:
    """Ask for every name that is to come from the cache, and let all start-up work end."""
    queries = folder / "warm.txt"
    names.write_queries(queries, cached)
    for each in running:
        load.run(load.Load(queries, each.site.port, seconds=60, once=True))
        processes.wait_until_quiet(each.pid)


def compare(
    workload: Workload,
    running: Sequence[Running],
    rounds: int,
    seconds: float,
    folder: Path,
    reference: str = REFERENCE,
) -> Result:
    queries = folder / "queries.txt"
    done: list[list[Turn]] = []
    # The first round is not kept: it finds caches and branch predictors used to something else.
    for number in range(rounds + 1):
        if workload.fresh or number == 0:
            names.write_queries(queries, workload.queries(number + 1))
        task = load.Load(queries, 0, seconds, once=workload.fresh, mode=workload.mode)
        done.append([_turn(each, task) for each in running])
    return Result(workload, done[1:], reference)


def _turn(running: Running, task: load.Load) -> Turn:
    before = processes.cpu_seconds(running.pid)
    outcome = load.run(replace(task, port=running.port(task.mode)))
    spent = processes.cpu_seconds(running.pid) - before
    return Turn(
        server=running.server.name,
        microseconds=spent / outcome.completed * 1e6,
        rate=outcome.completed / outcome.seconds,
        lost=outcome.lost,
    )
