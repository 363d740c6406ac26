"""Lists from a web server, in force on the wire: at first start, by command, without the web."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.blocker import Blocker, blocker
from tests.support.source import ROOT
from tests.support.upstream import ScriptedUpstream
from tests.support.webserver import WebServer, answer, slow, status

NAMES = b"".join(b"ads%d.example\n" % number for number in range(100))


def command(server: Blocker, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "blocker", "subscriptions", *arguments, "-c", str(server.config)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
    )


@contextmanager
def serving(folder: Path, web: WebServer) -> Iterator[Blocker]:
    said = f"subscriptions: [{{name: one, source: '{web.url('/list')}', match: exact}}]\n"
    with (
        ScriptedUpstream() as upstream,
        blocker(folder, upstreams=[upstream.url], extra=said) as it,
    ):
        yield it


def is_blocked(server: Blocker, name: str) -> bool:
    return server.address(name) == "0.0.0.0"


def test_a_server_starts_without_its_list_and_then_has_it(tmp_path: Path) -> None:
    with WebServer(https=False) as web:
        web.on("/list", slow(NAMES, 1.0), status(500))
        began = time.monotonic()
        with serving(tmp_path, web) as server:
            assert time.monotonic() - began < 8
            assert server.address("ads1.example") == "192.0.2.80"  # nothing waits for the list
            server.wait_until(lambda: is_blocked(server, "ads1.example"), 15)
            shown = json.loads(command(server, "--json").stdout)["subscriptions"]
            assert [(each["state"], each["names"]) for each in shown] == [("current", 100)]
            done = command(server, "refresh")
            assert done.returncode == 1
            assert done.stderr == (
                "one: the server answers 500 Internal Server Error; its last good copy stays\n"
            )
            assert is_blocked(server, "ads1.example")


def test_a_new_list_by_command_and_without_the_web_after_a_restart(tmp_path: Path) -> None:
    with WebServer(https=False) as web:
        web.on("/list", answer(NAMES, etag='"1"'))
        with serving(tmp_path, web) as server:
            server.wait_until(lambda: is_blocked(server, "ads1.example"), 15)
            assert command(server, "refresh").stdout == "one: as it was, 100 lines\n"
            web.on("/list", answer(NAMES + b"new.example\n", etag='"2"'))
            assert command(server, "refresh", "one").stdout == "one: 101 lines are new\n"
            server.wait_until(lambda: is_blocked(server, "new.example"), 15)
            web.on("/list", answer(b"new.example\n", etag='"3"'))
            assert command(server, "refresh", "one").returncode == 1
            assert is_blocked(server, "ads1.example")
            assert command(server, "refresh", "--accept", "one").returncode == 0
            server.wait_until(lambda: not is_blocked(server, "ads1.example"), 15)
            web.stop()
            server.stop()
            server.start()
            assert is_blocked(server, "new.example")


def test_our_own_blocking_does_not_stop_a_download(tmp_path: Path) -> None:
    """The name of the list's server is blocked here, and found all the same: by the upstream."""
    said = (
        "subscriptions: [{name: one, source: 'https://lists.example/a'}]\n"
        "rules: {block: [lists.example]}\n"
    )
    with ScriptedUpstream() as upstream:
        upstream.on("lists.example", "address:10.0.0.1")
        with blocker(tmp_path, upstreams=[upstream.url], extra=said) as server:
            assert is_blocked(server, "lists.example")
            server.wait_until(lambda: upstream.asked("lists.example"))
            done = command(server, "refresh", "one")
            assert "it leads to 10.0.0.1, which is no public address" in done.stderr
            assert is_blocked(server, "lists.example")
