"""The hot path of a heavy policy, beside the shipped lists: a million names, groups, expressions.

Both are the same program and answer the same questions, in turns on one core. All clients of the
load are in a group, so finding it is part of the price.
"""

import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from tests.benchmarks import compare, names, servers, speed
from tests.benchmarks.finding import Finding, shown
from tests.benchmarks.ground import Ground

GROUPS = 20
EXPRESSIONS = 50
ADDED = 1.10
QUERIES = 400_000
SHIPPED = "shipped lists"
# As people write them; none fits a name that is asked, so each is tried on every new name.
_EXPRESSIONS = (
    r"^adserver{0}\d*[.-]",
    r"^(.+[-_.])??telemetry{0}[-_.]",
    r"(^|\.)pixel{0}-[a-z]+\.example$",
    r"^metrics?{0}\.(eu|us|cn)\.",
    r"tracker{0}\d+\.(com|net|org)$",
)


def heavy() -> dict[str, Any]:
    """The configuration, but for its list."""
    expressions = [
        f"/{_EXPRESSIONS[number % len(_EXPRESSIONS)].format(number)}/"
        for number in range(EXPRESSIONS)
    ]
    return {"rules": {"block": expressions}, "groups": [_group(number) for number in range(GROUPS)]}


def _group(number: int) -> dict[str, Any]:
    loopback = ["127.0.0.0/8"] if number == GROUPS - 1 else []
    return {
        "name": f"group{number}",
        "clients": [*(f"192.0.2.{number * 8 + host}" for host in range(8)), *loopback],
        "blocking": {"vendors": {"xiaomi": {"max_breakage": "none"}}},
        "rules": {"allow": [f"allowed{number}.example"], "block": [f"blocked{number}.example"]},
    }


def results(
    ground: Ground, listed: Path, count: int, rounds: int, seconds: float
) -> tuple[list[compare.Result], list[Finding]]:
    """The mixture has a limit; names that are new are shown."""
    _, cached = names.blocked_and_cached()
    blocked = _blocked_as_shipped(ground)
    dense = f"{count:,} names, {GROUPS} groups, {EXPRESSIONS} expressions"
    found = []
    with ExitStack() as stack:
        running = []
        for name, source, more in ((SHIPPED, None, None), (dense, listed, heavy())):
            running.append(_started(stack, ground, name, source, more, blocked[0]))
        compare.warm(running, cached, ground.folder)
        for workload in compare.workloads(blocked, cached, QUERIES):
            turns = (rounds, seconds, ground.folder, SHIPPED)
            found.append(speed.said(compare.compare(workload, running, *turns)))
    return found, [_finding(result, dense) for result in found]


def _started(
    stack: ExitStack,
    ground: Ground,
    name: str,
    listed: Path | None,
    more: Mapping[str, Any] | None,
    sign: str,
) -> compare.Running:
    site = ground.site("heavy" if listed else "light", listed or ())
    configure = partial(servers.blocker, subscribed=listed is not None, more=more)
    pid = stack.enter_context(ground.started(site, configure(site), sign))
    server = servers.Server(name, "", servers.BLOCKER.version, configure)
    return compare.Running(server, site, pid)


def _blocked_as_shipped(ground: Ground) -> list[str]:
    """The names that the shipped lists block with all below them."""
    config = ground.folder / "shipped.yaml"
    config.write_text(f"state: {ground.folder / 'shipped-state'}\n")
    command = [sys.executable, "-m", "blocker", "export", "--format", "domains", "-c", str(config)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    lines = [line for line in told.splitlines() if line and line[0].isalnum()]
    return sorted(lines)


def _finding(result: compare.Result, dense: str) -> Finding:
    light, spent = result.microseconds(SHIPPED), result.microseconds(dense)
    ratio = result.ratio(dense)
    what = f"CPU time per query, {dense}: {result.workload.name}"
    measured = f"{spent:.2f} us, {ratio:.2f} times that of the {SHIPPED} ({light:.2f} us)"
    if result.workload.name != "mixed":
        return shown(what, measured)
    return Finding(what, measured, f"{ADDED:g} times", ratio <= ADDED)
