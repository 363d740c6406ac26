"""What the policy must bear: lists of millions, their reload, one rule more; each part by itself.

A part adds findings to the Policy; `reload` and `peers` add courses, to be shown side by side.
"""

import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.benchmarks import (
    bulk,
    compiling,
    contestants,
    hot_path,
    latency,
    load,
    one_rule,
    processes,
    reloads,
    sample,
    servers,
)
from tests.benchmarks.compare import Result
from tests.benchmarks.finding import Finding, at_most, shown
from tests.benchmarks.ground import Ground

MIB: Final = 2**20


@dataclass(frozen=True, slots=True)
class Size:
    many: int  # names on the long list
    most: int  # on the longest
    sample: int  # answers looked at
    seconds: float  # of a load, quiet and disturbed
    peer_seconds: float
    every: float  # from the end of a reload to the next
    rules: int
    rounds: int
    turn: float


FULL = Size(1_000_000, 5_000_000, 100_000, 60, 20, 5, 40, 7, 3)
QUICK = Size(20_000, 50_000, 2_000, 3, 3, 1, 4, 1, 0.5)


@dataclass(slots=True)
class Policy:
    """What the parts share, and what they found."""

    ground: Ground
    size: Size
    findings: list[Finding] = field(default_factory=list)
    courses: list[reloads.Course] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)

    def listed(self, count: int) -> Path:
        path = self.ground.folder / f"{count}.txt"
        return path if path.exists() else bulk.write_list(path, count)


def measure(policy: Policy, parts: Sequence[str]) -> None:
    for part in parts:
        seen = len(policy.findings)
        PARTS[part](policy)
        for finding in policy.findings[seen:]:
            print(f"{finding.what}: {finding.measured}", file=sys.stderr, flush=True)


def _compile(policy: Policy) -> None:
    count = policy.size.many
    site = policy.ground.site("compile", policy.listed(count))
    servers.blocker(site)
    policy.findings += _compiled(policy, site, count, seconds=10, mib=None)


def _formats(policy: Policy) -> None:
    """The same names as other lists are written: how long each takes to read."""
    count = policy.size.many
    for format_, line in bulk.FORMATS.items():
        path = policy.ground.folder / f"{format_}.txt"
        site = policy.ground.site(f"format-{format_}", bulk.write_list(path, count, line))
        path.unlink()
        servers.blocker(site, format_=format_)
        done = compiling.compile_anew(site.folder / "blocker.yaml", site.folder / "state")
        what = f"{count:,} names as {format_}: compile"
        measured = f"{done.seconds:.2f} s, {done.peak / MIB:.0f} MiB"
        policy.findings.append(shown(what, measured))
        shutil.rmtree(site.folder)


def _memory(policy: Policy) -> None:
    """At the second start, which finds the ruleset compiled, as starts do."""
    count = policy.size.many
    site = policy.ground.site("memory", policy.listed(count))
    command = servers.blocker(site, workers=2)
    asked = reloads.queries(policy.ground, count)
    sign = bulk.name(count - 1)
    with policy.ground.started(site, command, sign):
        pass
    with policy.ground.started(site, command, sign) as pid:
        load.run(load.Load(asked, site.port, seconds=60, once=True))
        processes.wait_until_quiet(pid)
        mib = processes.pss_bytes(pid) / MIB
        number = len(processes.tree(pid))
    what = f"PSS of all {number} processes, {count:,} names, 2 workers, after queries"
    policy.findings.append(at_most(what, mib, 150, "MiB"))


def _most(policy: Policy) -> None:
    """The longest list: compiled, asked, and a rule beside it."""
    size = policy.size
    site = policy.ground.site("most", policy.listed(size.most))
    command = servers.blocker(site, workers=2)
    policy.findings += _compiled(policy, site, size.most, seconds=60, mib=1536)
    with policy.ground.started(site, command, bulk.name(size.most - 1)) as pid:
        blocked, passed = sample.check(site.port, site.names, size.sample, size.most)
        what = f"answers right, of {blocked + passed:,} beside {size.most:,} names"
        measured = f"all: {blocked:,} blocked, {passed:,} resolved"
        policy.findings.append(Finding(what, measured, "all", met=True))
        processes.wait_until_quiet(pid)
        policy.findings += _one_rule(site, size)


def _one_rule(site: servers.Site, size: Size) -> list[Finding]:
    state = site.folder / "state"
    took = sorted(one_rule.seconds(site.port, site.admin_port, state, size.rules))
    median, most = took[len(took) // 2] * 1000, took[-1] * 1000
    what = f"one rule beside {size.most:,} names, until both workers answer by it"
    measured = f"median {median:.1f} ms, slowest of {len(took)} {most:.1f} ms"
    return [Finding(what, measured, "50 ms", most <= 50)]


def _compiled(
    policy: Policy, site: servers.Site, count: int, seconds: float, mib: float | None
) -> list[Finding]:
    config = site.folder / "blocker.yaml"
    policy.ground.note(processes.pinned(compiling.command(config), processes.SERVER_CORE))
    done = compiling.compile_anew(config, site.folder / "state")
    what = f"{count:,} names: compile"
    shown_to_people = f"progress drawn {done.steps} times, ruleset of {done.ruleset / MIB:.0f} MiB"
    peak, size = f"{count:,} names: memory of the compiling child", done.peak / MIB
    return [
        at_most(f"{what} ({shown_to_people})", done.seconds, seconds, "s"),
        at_most(peak, size, mib, "MiB") if mib else shown(peak, f"{size:.0f} MiB"),
    ]


def _reload(policy: Policy) -> None:
    size = policy.size
    listed = policy.listed(size.many)
    course = reloads.course(
        policy.ground, contestants.BLOCKER, listed, size.many, size.seconds, size.every
    )
    policy.courses.append(course)
    calm, disturbed = course.calm, course.disturbed
    times = f"{len(course.reloads)} reloads of {size.many:,} names"
    rate = disturbed.sent / disturbed.seconds
    added = latency.at(disturbed.latencies, 0.999) - latency.at(calm.latencies, 0.999)
    policy.findings += [
        latency.told("quiet", calm.latencies),
        latency.told(f"during {times}", disturbed.latencies),
        Finding(
            f"lost during {times}, of {disturbed.sent:,} queries at {rate:,.0f} a second",
            str(disturbed.lost),
            "0",
            disturbed.lost == 0 and rate >= 0.99 * latency.RATE,
        ),
        at_most(f"p99.9 during {times}, above the quiet one", added, 5, "ms"),
        at_most(
            f"memory after {times}, of that before",
            100 * course.after / course.before,
            115,
            "%",
        ),
    ]


def _peers(policy: Policy) -> None:
    size = policy.size
    for peer in contestants.PEERS:
        course = reloads.course(
            policy.ground,
            peer,
            policy.listed(size.many),
            size.many,
            size.peer_seconds,
            size.every,
        )
        policy.courses.append(course)
        print(f"{course.name}: starts in {course.start:.2f} s", file=sys.stderr, flush=True)


def _hot(policy: Policy) -> None:
    size = policy.size
    listed = policy.listed(size.many)
    results, findings = hot_path.results(policy.ground, listed, size.many, size.rounds, size.turn)
    policy.results += results
    policy.findings += findings


PARTS: Final[dict[str, Callable[[Policy], None]]] = {
    "compile": _compile,
    "formats": _formats,
    "memory": _memory,
    "most": _most,
    "reload": _reload,
    "hot": _hot,
    "peers": _peers,
}
