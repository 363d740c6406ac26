"""The yardstick is measured too: its names, its accounting, its arithmetic, on small real runs."""

import itertools
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.benchmarks import (
    compare,
    encrypted,
    load,
    names,
    policy,
    processes,
    report,
    rightness,
    servers,
    speed,
)
from tests.benchmarks.ground import Ground, ground

pytestmark = pytest.mark.alone


@pytest.fixture(scope="module")
def named() -> tuple[list[str], list[str]]:
    return names.blocked_and_cached()


def test_names_are_the_same_everywhere_and_apart(named: tuple[list[str], list[str]]) -> None:
    blocked, cached = named
    assert (len(blocked), len(cached)) == (names.BLOCKED, names.CACHED)
    assert named == names.blocked_and_cached()
    covered = set(blocked)
    parents = [name.partition(".")[2] for name in itertools.chain(blocked, cached)]
    assert len(covered) == len(blocked)
    assert not covered & set(cached)
    assert not covered & set(parents)


def test_mixture_has_its_shares(named: tuple[list[str], list[str]]) -> None:
    blocked, cached = named
    asked = list(names.mixed(blocked, cached, 20_000, seed=1))
    at, resolved = set(blocked), set(cached)
    shares = [sum(name in at for name in asked), sum(name in resolved for name in asked)]
    below = [name for name in asked if name not in at and name not in resolved]
    assert all(name.partition(".")[2] in at for name in below)
    assert [round(count / len(asked), 1) for count in shares] == [0.2, 0.8]
    assert 0.04 < len(below) / len(asked) < 0.06


def test_new_names_never_come_twice(named: tuple[list[str], list[str]]) -> None:
    blocked, _ = named
    asked = [name for run in (1, 2) for name in names.new_below_blocked(blocked, 5_000, run)]
    assert len(set(asked)) == len(asked)


def test_time_of_children_counts_alive_and_ended(tmp_path: Path) -> None:
    spin = "import time; e = time.process_time() + 0.2\nwhile time.process_time() < e: pass\n"
    parent = (
        "import subprocess, sys, time\n"
        f"subprocess.run([sys.executable, '-c', {spin!r}])\n"
        f"subprocess.Popen([sys.executable, '-c', {spin + 'time.sleep(20)'!r}])\n"
        "time.sleep(20)"
    )
    with processes.started([sys.executable, "-c", parent], 0, tmp_path / "log") as pid:
        deadline = time.monotonic() + 15
        while processes.cpu_seconds(pid) < 0.4 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert processes.cpu_seconds(pid) >= 0.4
        alive = processes.tree(pid)
        assert len(alive) == 2
        assert processes.pss_bytes(pid) > 2**20
        subprocess.run(["kill", str(alive[1])], check=True)


def test_ratio_is_the_median_of_neighbouring_turns() -> None:
    def turns(reference: float, other: float) -> list[compare.Turn]:
        return [
            compare.Turn("Unbound", reference, rate=1, lost=0),
            compare.Turn("blocker", other, rate=1, lost=0),
        ]

    workload = compare.Workload("any", 1.2, lambda _: iter(()), fresh=False)
    result = compare.Result(workload, [turns(1, 1.1), turns(4, 4.8), turns(2, 20)])
    assert result.ratios("blocker") == [1.1, 1.2, 10]
    assert result.ratio("blocker") == 1.2
    assert not report.over_the_limit(measured([result]))
    assert report.over_the_limit(measured([compare.Result(workload, [turns(1, 1.3)])]))


def measured(results: list[compare.Result]) -> report.Measured:
    nothing = policy.Policy(Ground(Path("unused"), 0, 0), policy.QUICK)
    return report.Measured(servers.ALL, results, [], nothing, [])


def test_real_servers_are_compared(tmp_path: Path, named: tuple[list[str], list[str]]) -> None:
    blocked, cached = named[0][:50], named[1][:50]
    with ground(tmp_path / "bench") as stage:
        site = stage.site("unbound", blocked)
        with stage.started(site, servers.unbound(site), blocked[0]) as pid:
            rightness.check(servers.UNBOUND, site.port, blocked, cached)
            running = [compare.Running(servers.UNBOUND, site, pid)]
            for workload in compare.workloads(blocked, cached, 20_000):
                result = compare.compare(workload, running, 1, 0.5, tmp_path)
                assert result.microseconds("Unbound") > 0
                assert result.ratio("Unbound") == 1
            with pytest.raises(AssertionError, match=r"answers .* not 0\.0\.0\.0"):
                rightness.check(servers.UNBOUND, site.port, cached, cached)
            slow = load.Load(tmp_path / "queries.txt", site.port, 0.5, rate=1_000, each=True)
            outcome = load.run(slow)
            assert len(outcome.latencies) == outcome.completed
        assert stage.commands == [
            f"taskset --cpu-list 0 {servers.program('unbound')} -d -c DIR/unbound/unbound.conf"
        ]


def test_a_miss_over_tls_is_measured_of_those_that_can(
    tmp_path: Path, named: tuple[list[str], list[str]]
) -> None:
    with ground(tmp_path / "bench") as stage:
        result = speed.over_tls(stage, named[0][:50], named[1][:50], rounds=1, seconds=0.5)
        assert result.ratio("blocker") > 0
        assert not result.turns("dnsmasq")
        assert "| miss, forwarded over TLS |" in report.markdown(measured([result]))
        clause = (tmp_path / "bench/Unbound-tls/unbound.conf").read_text()
        assert "forward-tls-upstream: yes" in clause


def test_clients_that_ask_encrypted_are_measured(
    tmp_path: Path, named: tuple[list[str], list[str]]
) -> None:
    with ground(tmp_path / "bench") as stage:
        told = encrypted.results(stage, named[0][:50], named[1][:50], rounds=1, seconds=0.5)
        assert [each.workload.mode for each in told] == ["tls", "https"]
        assert all(each.ratio("blocker") > 0 for each in told)
        assert not any(turn.lost for each in told for turn in each.turns("blocker"))
