"""deploy/grafana: every query of every panel, asked of a real Prometheus, returns data."""

import json
import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.support.blocker import BLOCKED, Blocker
from tests.support.packets import query
from tests.support.ports import free_port
from tests.support.prometheus import Prometheus, prometheus
from tests.support.source import ROOT
from tests.support.upstream import ScriptedUpstream

DASHBOARDS = sorted((ROOT / "deploy" / "grafana" / "json").glob("*.json"))
ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yml"
CHOSEN = {
    "$__rate_interval": "10s",
    "$__range": "1m",
    "$__interval": "2s",
    "$instance": ".*",
    "$vendor": ".*",
    "$device": ".*",
}
TURNS = 40  # at least a second each; eight are enough on an idle machine
STORM = 1_000  # more than one a second over ten minutes


def targets() -> dict[str, Any]:
    """Every query by dashboard, panel and letter."""
    return {
        f"{path.stem}: {panel['title']} {target['refId']}": target
        for path in DASHBOARDS
        for panel in json.loads(path.read_text())["panels"]
        for target in panel.get("targets", [])
    }


def has_data(asked: Prometheus, target: Any) -> bool:
    """Whether Grafana would draw something: a figure, with all that its legend names."""
    expression = target["expr"]
    for name, value in CHOSEN.items():
        expression = expression.replace(name, value)
    assert "$" not in expression
    now = datetime.now(UTC).timestamp()
    if target.get("range"):
        span = {"start": now - 20, "end": now, "step": 1}
        found = asked.ask("query_range", query=expression, **span)["result"]
    else:
        found = asked.query(expression)
    labels = set(re.findall(r"{{(\w+)}}", target["legendFormat"]))
    return any(
        labels <= set(series["metric"])
        and any(not math.isnan(float(value)) for _, value in points_of(series))
        for series in found
    )


def points_of(series: Any) -> list[Any]:
    return list(series["values"]) if "values" in series else [series["value"]]


class Watched(Blocker):
    """One that measures each device as well."""

    def configure(self, extra: str) -> None:
        self._plain = self._plain.replace("admin: {", "admin: {metrics: {devices: on}, ")
        super().configure(extra)


@contextmanager
def running(folder: Path, upstreams: list[str], extra: str) -> Iterator[Blocker]:
    server = Watched(folder, upstreams, extra, workers=1)
    try:
        server.start()
        server.wait_until_ready()
        yield server
        server.stop()
    finally:
        server.kill_all()


def ask_all_kinds(server: Blocker, turn: int) -> None:
    """Blocked, in shadow, unclassified, allowed, cached, listed; malformed; without an answer."""
    names = (BLOCKED, "dc.oppomobile.com", "www.mi.com", f"n{turn}.example", "n0.example")
    for name in (*names, "listed.example"):
        server.ask(name, seconds=10)
    with server.client() as sock:
        sock.send(query("x.example")[:-3])
        sock.recv(512)
        sock.send(query(f"broken{turn}.example"))  # nobody waits for it


def storm(server: Blocker) -> None:
    with server.client(10) as sock:
        for number in range(STORM):
            sock.send(query(BLOCKED))
            if number % 20 == 19:
                for _ in range(20):
                    sock.recv(512)


def test_every_query_of_every_panel_returns_data(tmp_path: Path) -> None:
    listed = tmp_path / "listed.txt"
    listed.write_text("listed.example\n")
    extra = (
        "blocking: {vendors: {oppo: shadow}}\n"
        f"subscriptions: [{{name: listed, source: {listed}}}]\n"
    )
    with (
        ScriptedUpstream() as upstream,
        # Of two upstreams, one is not there.
        running(tmp_path, [upstream.url, f"udp://127.0.0.1:{free_port()}"], extra) as server,
    ):
        for turn in range(TURNS):
            upstream.on(f"broken{turn}.example", "drop")
        ask_all_kinds(server, 0)
        with prometheus(tmp_path, server.admin_port, rules=[ALERTS], interval="1s") as asked:
            assert server.http("POST", "pause", {"for": "2s"}, server.token()).status == 200
            empty = targets()
            assert len(empty) >= 40
            for turn in range(1, TURNS):
                asked.wait_for("count_over_time(blocker_workers[2m])", turn + 1, 20)
                ask_all_kinds(server, turn)
                if turn == 4:
                    storm(server)
                if turn > 6:
                    empty = {
                        name: each for name, each in empty.items() if not has_data(asked, each)
                    }
                if not empty and asked.query('ALERTS{alertname="BlockerRetryStorm"}'):
                    break
            assert not empty, "\n".join(f"{name}: {each['expr']}" for name, each in empty.items())
            assert asked.value('max(ALERTS{alertname="BlockerRetryStorm",vendor="xiaomi"})') == 1
            assert asked.value("max(max_over_time(blocker_paused[2m]))") == 1
