"""A known day of a home: what was sent, and what the report, the API and the metrics say of it,
agree to the unit.

The day is a script of phones, TVs and PCs, each at an address of its own, played in seconds.
"""

import json
import random
import re
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from blocker.catalog.load import load_catalogue
from tests.support.blocker import Blocker, blocker
from tests.support.packets import query
from tests.support.upstream import ScriptedUpstream

DEVICES = {"127.0.0.21": "phone", "127.0.0.22": "phone", "127.0.0.31": "tv", "127.0.0.41": "pc"}
SHADOW = "blocking: {vendors: {samsung: shadow}}\n"
TYPES = (1, 28, 65)


@dataclass(frozen=True)
class Sent:
    client: str
    name: str
    qtype: int


def day() -> list[Sent]:
    """In the order of the clock. The phones phone home, the TV does so all day, the PC works."""
    chance, sent = random.Random(20_211_122), []
    makers = {"phone": ("xiaomi", "oppo"), "tv": ("samsung", "lg"), "pc": ("microsoft", "google")}
    rules = [each for each in load_catalogue().rules if each.match == "subtree"]
    for client, kind in DEVICES.items():
        theirs = [each.text for each in rules if each.vendor in makers[kind]]
        for name in chance.sample(sorted(theirs), 25):
            calls = chance.choice((1, 2, 3, 8 if kind != "tv" else 40))
            sent += [Sent(client, name, chance.choice(TYPES)) for _ in range(calls)]
        for number in range(60):
            sent.append(Sent(client, f"site{number % 20}.example", 1))
        sent += [Sent(client, f"new{number}.{makers[kind][0]}.com", 1) for number in range(5)]
    chance.shuffle(sent)
    return sent


def play(server: Blocker, sent: list[Sent]) -> None:
    sockets = {client: server.client_at(client) for client in DEVICES}
    for each in sent:
        sock = sockets[each.client]
        sock.send(query(each.name, each.qtype, packet_id=hash(each) & 0xFFFF))
        sock.recv(4096)
    for sock in sockets.values():
        sock.close()


def recount(server: Blocker, sent: list[Sent]) -> Counter[tuple[str, str, str, str]]:
    """What each question comes to, as `explain` has it, which knows nothing of counting."""
    names = sorted({each.name for each in sent})
    run = subprocess.run(
        [sys.executable, "-m", "blocker", "explain", "--json", "-c", str(server.config), *names],
        capture_output=True,
        text=True,
        timeout=60,
    )
    said = {told["name"]: told for told in map(json.loads, run.stdout.splitlines())}
    counted: Counter[tuple[str, str, str, str]] = Counter()
    for each in sent:
        told = said[each.name]
        # An entry that is not in force still says whose the name is and what for.
        entry = told if told["purpose"] else next(iter(told["passed_over"]), told)
        if entry["vendor"]:
            outcome = {"block": "blocked", "shadow": "would-block"}.get(told["action"], "allowed")
            purpose = entry["purpose"] or "unclassified"
            counted[each.client, entry["vendor"], purpose, outcome] += 1
    return counted


def of_report(told: object) -> Counter[tuple[str, str, str, str]]:
    counted: Counter[tuple[str, str, str, str]] = Counter()
    for account in told["accounts"]:  # type: ignore[index]
        device = account["device"].removeprefix("ip:")
        if device not in DEVICES:  # who looked whether the server answers
            continue
        key = device, account["vendor"], account["purpose"]
        for field in ("blocked", "allowed", "would_block"):
            if account[field]:
                counted[*key, field.replace("_", "-")] += account[field]
    return counted


def of_metrics(text: str) -> Counter[tuple[str, str, str]]:
    found = re.findall(r"blocker_vendor_queries_total\{([^}]*)\} (\S+)", text)
    labels = [(dict(re.findall(r'(\w+)="([^"]*)"', said)), float(count)) for said, count in found]
    return Counter(
        {(each["vendor"], each["purpose"], each["outcome"]): int(n) for each, n in labels}
    )


def test_four_ways_to_count_a_day_agree(tmp_path: Path) -> None:
    sent = day()
    with (
        ScriptedUpstream() as upstream,
        blocker(tmp_path, upstreams=[upstream.url], extra=SHADOW, workers=2) as server,
    ):
        server.wait_until_ready()
        before = of_metrics(server.http("GET", "/metrics").body.decode())
        play(server, sent)
        expected = recount(server, sent)
        token = server.token()

        def asked() -> object:
            return server.http("GET", "/api/v1/report", token=token).json

        until = time.monotonic() + 10
        while of_report(api := asked()) != expected and time.monotonic() < until:
            time.sleep(0.2)
        assert of_report(api) - expected == expected - of_report(api) == Counter()
        metrics = of_metrics(server.http("GET", "/metrics").body.decode())
        assert metrics - before == Counter(
            {
                key: sum(n for (_, *rest), n in expected.items() if tuple(rest) == key)
                for key in {tuple(rest) for _, *rest in expected}
            }
        )
        command = [sys.executable, "-m", "blocker", "report", "--json", "-c", str(server.config)]
        running = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        assert of_report(json.loads(running.stdout)) == expected
        assert server.stop() == 0
        left = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        assert of_report(json.loads(left.stdout)) == expected
    outcomes = {outcome for *_, outcome in expected}
    assert outcomes == {"blocked", "allowed", "would-block"}
    assert len({vendor for _, vendor, *_ in expected}) >= 5
    new = {each.name for each in sent if each.name.startswith("new")}
    assert {each["name"] for each in json.loads(left.stdout)["inbox"]} >= new
