"""What blocker must reach besides CPU time: no loss, a quick start, little memory, no stalls."""

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import disturbance, load, names, processes, rightness, servers
from tests.support.ports import free_port

RATE = 50_000
CALM_RATE = 5_000
FIRST_ANSWER = 2.0  # seconds
PSS_MIB = 120
ADDED_LATENCY = 0.005  # seconds
SHIPPED_NAME = "data.mistat.xiaomi.com"


@dataclass(frozen=True, slots=True)
class Finding:
    what: str
    measured: str
    limit: str
    met: bool | None  # None: shown for comparison, no limit


@dataclass(frozen=True, slots=True)
class Ground:
    """What the measurements have in common."""

    folder: Path
    upstream_port: int
    blocked: list[str]
    cached: list[str]
    seconds: float

    def site(self, name: str) -> servers.Site:
        folder = self.folder / name
        folder.mkdir()
        return servers.Site(folder, free_port(), free_port(), self.upstream_port, self.blocked)

    def queries(self) -> Path:
        path = self.folder / "mixed.txt"
        names.write_queries(path, names.mixed(self.blocked, self.cached, 200_000, seed=1))
        return path


def measure(ground: Ground) -> list[Finding]:
    return [*_shipped(ground), *_under_load(ground), *_reference(ground)]


def _shipped(ground: Ground) -> list[Finding]:
    """As it comes: the shipped lists, one worker. Started twice, the second time with its state."""
    site = ground.site("shipped")
    command = servers.blocker(site, subscribed=False)
    findings = []
    for start in ("first start, compiling its lists", "second start"):
        began = time.monotonic()
        with processes.started(command, processes.SERVER_CORE, site.folder / "log") as pid:
            rightness.wait_until_answers(site.port, SHIPPED_NAME)
            seconds = time.monotonic() - began
            findings.append(_at_most(f"first answer, {start}", seconds, FIRST_ANSWER, "s"))
            if start == "second start":
                queries = ground.queries()
                load.run(load.Load(queries, site.port, seconds=min(10, ground.seconds), rate=2_000))
                mib = processes.pss_bytes(pid) / 2**20
                count = len(processes.tree(pid))
                what = f"PSS of all {count} processes, shipped lists, 1 worker, after queries"
                findings.append(_at_most(what, mib, PSS_MIB, "MiB"))
    shutil.rmtree(site.folder)
    return findings


def _under_load(ground: Ground) -> list[Finding]:
    site = ground.site("loaded")
    queries = ground.queries()
    with processes.started(
        servers.blocker(site), processes.SERVER_CORE, site.folder / "log"
    ) as pid:
        rightness.wait_until_answers(site.port, ground.blocked[0])
        load.run(load.Load(queries, site.port, seconds=60, once=True))
        processes.wait_until_quiet(pid)
        return [_loss(queries, site, ground.seconds), *_stalls(queries, site, pid, ground)]


def _loss(queries: Path, site: servers.Site, seconds: float) -> Finding:
    # dnsperf begins late and makes up for it at once. With more than this outstanding the burst
    # would not fit into a socket of any server here, Unbound's included.
    outstanding = 5_000
    outcome = load.run(load.Load(queries, site.port, seconds, rate=RATE, outstanding=outstanding))
    rate = outcome.sent / outcome.seconds
    return Finding(
        what=f"lost, of {outcome.sent:,} queries at {rate:,.0f} a second",
        measured=f"{outcome.lost}; slowest answer {outcome.slowest * 1000:.0f} ms",
        limit=f"0 at {RATE:,} a second",
        met=outcome.lost == 0 and rate >= 0.99 * RATE,
    )


def _stalls(queries: Path, site: servers.Site, pid: int, ground: Ground) -> list[Finding]:
    """The same load three times; what the disturbance adds to its slowest answers."""
    calm = _latencies(queries, site, ground.seconds)
    scraper = disturbance.scraping(site.admin_port, every=0.25)
    with disturbance.repeated(*scraper):
        scraped = _latencies(queries, site, ground.seconds)
    every = min(5, ground.seconds / 3)
    reloader = disturbance.reloading(pid, site.folder / "names.txt", every)
    before = disturbance.generation(site.admin_port)
    with disturbance.repeated(*scraper), disturbance.repeated(*reloader):
        reloaded = _latencies(queries, site, ground.seconds)
    reloads = disturbance.generation(site.admin_port) - before
    if not reloads:
        raise RuntimeError("no reload came to its end while it should have disturbed")
    findings = [_shown("blocker, undisturbed", calm)]
    for what, latencies in (
        ("scraped 4 times a second", scraped),
        (f"and reloaded {reloads} times", reloaded),
    ):
        shown = _shown(f"blocker, {what}", latencies)
        added = latencies[-1] - calm[-1]
        limit = f"max at most {ADDED_LATENCY * 1000:g} ms above undisturbed"
        findings.append(Finding(shown.what, shown.measured, limit, added <= ADDED_LATENCY))
    return findings


def _reference(ground: Ground) -> list[Finding]:
    """Unbound at the same rate: what this machine itself adds."""
    site = ground.site("reference")
    queries = ground.queries()
    command = servers.unbound(site)
    with processes.started(command, processes.SERVER_CORE, site.folder / "log"):
        rightness.wait_until_answers(site.port, ground.blocked[0])
        load.run(load.Load(queries, site.port, seconds=60, once=True))
        return [_shown("Unbound, undisturbed", _latencies(queries, site, ground.seconds))]


def _latencies(queries: Path, site: servers.Site, seconds: float) -> list[float]:
    task = load.Load(queries, site.port, seconds, rate=CALM_RATE, outstanding=1_000, each=True)
    return load.run(task).latencies


def _shown(what: str, latencies: list[float]) -> Finding:
    def at(share: float) -> float:
        return latencies[int(share * (len(latencies) - 1))] * 1000

    measured = f"p50 {at(0.5):.2f}, p99 {at(0.99):.2f}, p99.9 {at(0.999):.2f}, max {at(1):.2f} ms"
    return Finding(f"latency at {CALM_RATE:,} a second: {what}", measured, "", None)


def _at_most(what: str, measured: float, limit: float, unit: str) -> Finding:
    return Finding(what, f"{measured:.2f} {unit}", f"{limit:g} {unit}", measured <= limit)
