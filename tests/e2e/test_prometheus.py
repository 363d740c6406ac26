"""deploy/prometheus: its files are right, and its alerts and expressions mean what is measured."""

import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from blocker.config.load import load_config
from tests.support.blocker import BLOCKED, blocker
from tests.support.certificates import certificates
from tests.support.prometheus import program, prometheus
from tests.support.source import ROOT
from tests.support.upstream import ScriptedUpstream

FOLDER = ROOT / "deploy" / "prometheus"


@pytest.mark.parametrize(
    "command",
    ["check config prometheus.yml", "check rules alerts.yml", "test rules alerts_test.yml"],
)
def test_promtool_has_no_complaint(command: str) -> None:
    run = subprocess.run(
        [program("promtool"), *command.split()],
        cwd=FOLDER,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_what_the_readme_has_for_another_machine_is_right(tmp_path: Path) -> None:
    readme = (FOLDER / "README.md").read_text()
    admin, scrape = re.findall(r"^```yaml\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    file = tmp_path / "blocker.yaml"
    for path, name in (("fullchain.pem", "server.pem"), ("privkey.pem", "server.key")):
        admin = admin.replace(f"/etc/blocker/tls/{path}", str(certificates() / name))
    file.write_text(admin)
    assert not load_config(file).admin.is_local
    (tmp_path / "prometheus.yml").write_text(scrape)
    (tmp_path / "blocker.token").touch()
    shutil.copy(certificates() / "ca.pem", tmp_path / "home-ca.pem")
    command = [program("promtool"), "check", "config", "prometheus.yml"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stdout + run.stderr


def expressions() -> list[str]:
    """Those of the README's table."""
    lines = (FOLDER / "README.md").read_text().splitlines()
    rows = [line.split(" | ", 1) for line in lines if line.startswith("| ") and "? |" in line]
    return [code.removesuffix(" |").strip("`") for _, code in rows]


def test_a_real_prometheus_knows_what_they_ask_for(tmp_path: Path) -> None:
    extra = "blocking: {vendors: {oppo: shadow}}\n"
    with (
        ScriptedUpstream() as upstream,
        blocker(tmp_path, upstreams=[upstream.url], extra=extra) as server,
    ):
        server.wait_until_ready()
        with prometheus(
            tmp_path, server.admin_port, rules=[FOLDER / "alerts.yml"], interval="1s"
        ) as asked:
            # A rate takes two scrapes, and a counter that was there in the first.
            for turn in range(8):
                for name in (BLOCKED, f"n{turn}.example", "www.mi.com", "dc.oppomobile.com"):
                    server.ask(name)
                asked.wait_for("count_over_time(blocker_workers[1m])", turn + 1, 10)
            metrics = {
                each["__name__"]
                for each in asked.ask("series", **{"match[]": '{__name__=~"blocker_.*"}'})
            }
            for expression in expressions():
                narrow = re.sub(r"\[\w+\]", "[10s]", expression)
                assert asked.query(narrow), expression
            (group,) = asked.ask("rules")["groups"]
            assert {rule["health"] for rule in group["rules"]} == {"ok"}
            firing = [rule["name"] for rule in group["rules"] if rule["state"] == "firing"]
            assert firing == []
            wanted = {
                name
                for rule in group["rules"]
                for name in re.findall(r"blocker_\w+", rule["query"])
            }
    # There was no list, and no upstream failed.
    absent = {name for name in wanted if name.startswith(("blocker_list_", "blocker_upstream_err"))}
    assert wanted - absent <= metrics, "an alert asks for a metric that is none"


def test_what_goes_wrong_is_seen_by_its_alert(tmp_path: Path) -> None:
    """Pending is enough: how long each waits before it fires is tested with promtool."""
    wrong = f"subscriptions: [{{name: gone, source: {tmp_path}/gone.txt}}]\n"
    (tmp_path / "gone.txt").write_text("a.example\n")
    with blocker(tmp_path, extra=wrong) as server:  # its upstream does not exist
        server.wait_until_ready()
        with prometheus(
            tmp_path, server.admin_port, rules=[FOLDER / "alerts.yml"], interval="500ms"
        ) as asked:
            server.ask("a.before.example", seconds=10)
            asked.wait_for("count_over_time(blocker_workers[1m])", 2, 10)
            assert asked.query("ALERTS{alertname='BlockerPausedLong'}") == []
            (tmp_path / "gone.txt").unlink()
            body = {"for": "10m"}
            assert server.http("POST", "pause", body, server.token()).status == 200
            server.configure(wrong + "nonsense: 1\n")
            os.kill(server.pid, signal.SIGHUP)
            for alert in ("PausedLong", "ReloadFailed", "ListMissing"):
                asked.wait_for(f'count(ALERTS{{alertname="Blocker{alert}"}})', 1, 20)
            # Questions go on, as they do at home: what was counted once has no rate.
            until = time.monotonic() + 20
            while not asked.query("ALERTS{alertname='BlockerNoUpstream'}"):
                assert time.monotonic() < until
                server.ask(f"n{time.monotonic_ns()}.example", seconds=10)
            server.stop()
            asked.wait_for('count(ALERTS{alertname="BlockerDown"})', 1, 20)
