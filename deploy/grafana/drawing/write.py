"""The pictures, from a running blocker: `make pictures` plays an evening and writes ../pictures.

A real Prometheus scrapes it meanwhile and is asked the panels' queries at the end. It takes about
nine minutes, and root, for a network of its own with the home's addresses.
"""

import json
import re
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from socket import create_connection, socket
from tempfile import TemporaryDirectory
from typing import Final

from deploy.grafana.dashboards.write import FOLDER as BOARDS
from deploy.grafana.drawing.chosen import CHOSEN
from deploy.grafana.drawing.home import DEVICES, SEED, SITES, Question, evening
from deploy.grafana.drawing.page import picture
from deploy.grafana.drawing.series import Shown, series_of
from tests.support.blocker import Blocker
from tests.support.network import enter_new_network, ip
from tests.support.packets import query
from tests.support.prometheus import Prometheus, prometheus
from tests.support.upstream import ScriptedUpstream

FOLDER: Final = BOARDS.parent / "pictures"
ALERTS: Final = BOARDS.parents[1] / "prometheus" / "alerts.yml"
SECONDS: Final = 510.0  # of the evening
SHOWN: Final = 300.0  # the end of it; what is compared with a mean needs a past
PAUSE: Final = (460.0, "20s")
SCRAPE: Final = 5.0
PORT, METRICS = 53, 8053
LISTS: Final = {"adverts": 41_300, "malware": 12_800, "smart-tv": 940}  # names on each


class Home(Blocker):
    """One with metrics of each device, at the port it has at homes."""

    def configure(self, extra: str) -> None:
        self.admin_port = METRICS
        admin = f"admin: {{metrics: {{devices: on}}, listen: '127.0.0.1:{METRICS}'}}\n"
        self._plain = re.sub("admin: .*\n", admin, self._plain)
        super().configure(extra)

    def client(self, seconds: float = 2.0) -> socket:
        """Whoever looks whether it answers does so at one of the home's devices."""
        return self.client_at(DEVICES[0].address, seconds)


def main() -> None:
    with ThreadPoolExecutor(1) as thread:  # it alone is in the home's network
        thread.submit(_write).result()


def _write() -> None:
    _enter_home()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        near, far = (stack.enter_context(ScriptedUpstream(port=port)) for port in (5301, 5302))
        _tell(near, typical=0.011, lost=0.04)
        _tell(far, typical=0.034, lost=0)
        server = Home(folder, [near.url, far.url], _settings(folder), 2, PORT)
        stack.callback(server.kill_all)
        server.start()
        server.wait_until_ready()
        scraped = prometheus(folder, METRICS, rules=[ALERTS], interval=f"{SCRAPE:.0f}s")
        asked = stack.enter_context(scraped)
        _play(server, evening(SECONDS))
        _draw(asked)
        server.stop()


def _enter_home() -> None:
    """The devices' addresses, each with a MAC address that the kernel knows."""
    enter_new_network()
    ip("link add home type veth peer name away")
    ip("link set home up")
    for device in DEVICES:
        ip(f"addr add {device.address}/24 dev home")
        ip(f"neigh add {device.address} lladdr {device.mac} dev home nud permanent")


def _tell(upstream: ScriptedUpstream, typical: float, lost: float) -> None:
    """Most answers take the typical time, some much longer, and a few never come."""
    chance = Random(SEED)  # noqa: S311 -- as in home.py
    upstream.always(f"delay:{typical}")
    for number in range(SITES):
        takes = typical * chance.lognormvariate(0, 0.8)
        first = "drop" if chance.random() < lost else f"delay:{takes:.4f}"
        upstream.on(f"site{number}.example", first, f"delay:{takes:.4f}")


def _settings(folder: Path) -> str:
    """Samsung in shadow, and lists of other people's beside the curated ones."""
    lists = []
    for name, count in LISTS.items():
        file = folder / f"{name}.txt"
        file.write_text("".join(f"{name}{number}.example\n" for number in range(count)))
        lists.append(f"{{name: {name}, source: {file}}}")
    return f"blocking: {{vendors: {{samsung: shadow}}}}\nsubscriptions: [{', '.join(lists)}]\n"


def _play(server: Blocker, asked: Sequence[Question]) -> None:
    sockets = {device.address: server.client_at(device.address) for device in DEVICES}
    for sock in sockets.values():
        sock.setblocking(False)
    token, began, paused = server.token(), time.monotonic(), False
    for number, each in enumerate(asked):
        time.sleep(max(0.0, began + each.at - time.monotonic()))
        if each.at > PAUSE[0] and not paused:
            paused = server.http("POST", "pause", {"for": PAUSE[1]}, token).status == 200
        packet = query(each.name, each.qtype, packet_id=number & 0xFFFF)
        if number % 60 == 0:
            _ask_over_tcp(each.address, packet)
            continue
        sock = sockets[each.address]
        sock.send(packet)
        with suppress(BlockingIOError):
            while sock.recv(4096):
                pass
    for sock in sockets.values():
        sock.close()


def _ask_over_tcp(address: str, packet: bytes) -> None:
    with create_connection(("127.0.0.1", PORT), 5, (address, 0)) as stream:
        stream.sendall(len(packet).to_bytes(2, "big") + packet)
        stream.recv(4096)


def _draw(asked: Prometheus) -> None:
    now = datetime.now(UTC).timestamp() // SCRAPE * SCRAPE
    shown = Shown(now - SHOWN, now, SCRAPE)
    FOLDER.mkdir(exist_ok=True)
    for name, titles in CHOSEN.items():
        board = json.loads((BOARDS / f"{name}.json").read_text(encoding="utf-8"))
        found = {
            panel["title"]: series_of(panel, asked, shown)
            for panel in board["panels"]
            if "targets" in panel and panel["title"] in titles  # rows have titles as well
        }
        drawn = picture(board, found, shown, titles)
        (FOLDER / f"{name}.svg").write_text(drawn, encoding="utf-8")


if __name__ == "__main__":
    main()
