"""What is in shadow passes, and is counted per client to the unit."""

import json
from pathlib import Path

from tests.support.blocker import BLOCKED
from tests.support.devices import LISTED, OTHER, PHONE, TV, ask, command, serving

SHADOW = """
blocking:
  vendors: {xiaomi: shadow}
"""


def test_whom_it_would_hit_and_how_often(tmp_path: Path) -> None:
    with serving(tmp_path, SHADOW) as server:
        for _ in range(7):
            assert ask(server, PHONE, BLOCKED) == "192.0.2.80"
        for _ in range(3):
            ask(server, PHONE, OTHER)
            ask(server, TV, BLOCKED)
            ask(server, TV, LISTED)
        token = server.token("read")

        def count() -> int:
            told = server.http("GET", "shadow", token=token).json
            return int(told["count"])

        server.wait_until(lambda: count() >= 13)
        told = server.http("GET", "shadow", token=token).json
        (shown,) = told["in_shadow"]
        assert (shown["kind"], shown["name"], shown["groups"]) == ("vendor", "xiaomi", ["default"])
        mine = {
            (hit["client"], name["name"]): name["count"]
            for hit in shown["clients"]
            if hit["client"] != "127.0.0.1"  # what the fixture asked while it started
            for name in hit["names"]
        }
        assert mine == {(PHONE, BLOCKED): 7, (PHONE, OTHER): 3, (TV, BLOCKED): 3}
        metric = server.http("GET", "/metrics").body.decode()
        assert 'blocker_shadow_total{purpose="analytics",vendor="xiaomi"}' in metric or (
            'blocker_shadow_total{vendor="xiaomi",purpose="analytics"}' in metric
        )
        assert "blocker_journal_rows_dropped_total 0.0" in metric
        said = command(server, "shadow")
        assert said.returncode == 0
        assert "vendor xiaomi" in said.stdout
        assert f"{BLOCKED} (7)" in said.stdout
        alone = json.loads(command(server, "shadow", "--json", "--client", TV).stdout)
        assert alone["count"] == 3


def test_a_vendor_put_in_shadow_is_seen_at_once(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        assert "nothing is in shadow" in command(server, "shadow").stdout
        assert command(server, "vendor", "xiaomi", "shadow").returncode == 0
        assert "nobody so far" in command(server, "shadow").stdout
        assert ask(server, PHONE, BLOCKED) == "192.0.2.80"
        server.wait_until(lambda: PHONE in command(server, "shadow").stdout)
        assert command(server, "vendor", "xiaomi", "on").returncode == 0
        assert ask(server, PHONE, BLOCKED) == "0.0.0.0"
        assert "not any more" in command(server, "shadow").stdout
