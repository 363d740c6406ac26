"""What a scrape costs when the whole network means harm: bounded, whoever asked for whatever."""

import re
import socket
import statistics
import subprocess
import time
from itertools import cycle
from pathlib import Path

import pytest

from blocker.catalog.load import load_catalogue
from blocker.core.names import from_text
from tests.support.blocker import BLOCKED, Blocker, blocker
from tests.support.packets import query
from tests.support.prometheus import program
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.alone

CLIENTS = 10_000
EACH = 10  # names of its own that a client asks for
SECONDS = 0.020
OCTETS = 200 * 1024


def hostile(number: int) -> bytes:
    """A label that would end a label's value, a line, a page or a terminal's mood."""
    label = f'"}} 1\n\\{number}\x1b[2J</x>'.encode()
    return bytes((len(label),)) + label


def listed_names(folder: Path) -> list[bytes]:
    """Of every vendor and purpose in the lists; all below is blocked as well."""
    rules = load_catalogue(None, folder / "lists.d").rules
    return [rule.name for rule in rules if rule.match == "subtree" and rule.layer == "curated"]


def ask_as_many(server: Blocker, folder: Path) -> None:
    """Each client has an address of its own, and waits for its last answer."""
    last, listed = query(BLOCKED), cycle(listed_names(folder))
    for client in range(CLIENTS):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(5)
            sock.bind((f"127.{20 + (client >> 16)}.{client >> 8 & 255}.{client & 255}", 0))
            sock.connect(("127.0.0.1", server.port))
            for number in range(client * EACH, client * EACH + EACH):
                # One in ten is of a vendor's zone and on no list.
                below = from_text("mi.com") if number % EACH == 0 else next(listed)
                name = hostile(number) + below
                sock.send(query(name if len(name) < 255 else below))
            sock.send(last)
            while sock.recv(4096)[:2] != last[:2]:
                pass


def scraped(server: Blocker) -> tuple[bytes, float]:
    """The text, and how long it took."""
    begun = time.perf_counter()
    body = server.http("GET", "/metrics").body
    return body, time.perf_counter() - begun


def test_a_scrape_is_small_and_quick_after_a_hundred_thousand_hostile_names(
    tmp_path: Path,
) -> None:
    extra = "query_log: off\n"
    with (
        ScriptedUpstream() as upstream,
        blocker(tmp_path, upstreams=[upstream.url], extra=extra) as server,
    ):
        server.wait_until_ready()
        ask_as_many(server, tmp_path)
        server.wait_until(lambda: has_all(scraped(server)[0].decode()), 10)
        results = [scraped(server) for _ in range(15)]
    body = results[-1][0]
    text = body.decode()
    assert "\x1b" not in text
    # A count may be 1127.0; an address has three dots.
    assert not re.search(r"127(?:\.\d+){3}", text.replace(upstream.url, ""))
    assert has_all(text)
    assert counted(text, "blocker_devices{") <= CLIENTS
    assert len(body) <= OCTETS, len(body)
    # The quicker quarter: other tests may share the core.
    assert statistics.quantiles((took for _, took in results), n=4)[0] <= SECONDS
    run = subprocess.run(
        [program("promtool"), "check", "metrics"],
        input=body,
        capture_output=True,
        timeout=20,
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, b"", b"")


def has_all(text: str) -> bool:
    """Whether what was asked has been told: rows last, and of a flood not each names its client."""
    return (
        counted(text, "blocker_queries_total{") >= CLIENTS * EACH
        and counted(text, "blocker_blocked_total{") >= CLIENTS * (EACH - 1) // 2
        and counted(text, "blocker_devices{") >= 100
    )


def counted(text: str, start: str) -> float:
    return sum(
        float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith(start)
    )
