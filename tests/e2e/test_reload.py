"""Reloads and pauses on the wire: all or nothing, at once, and never at the cost of an answer."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.blocker import BLOCKED, Blocker, blocker
from tests.support.packets import query
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.alone

ALLOW = f"rules: {{allow: [{BLOCKED}]}}\n"
BLOCK = "rules: {block: [ads.example, '=one.example']}\n"


@dataclass(frozen=True)
class Served:
    """A server and whom it asks."""

    server: Blocker
    upstream: ScriptedUpstream


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("reload")
    with ScriptedUpstream() as upstream, blocker(folder, upstreams=[upstream.url]) as server:
        server.wait_until_ready()
        yield Served(server, upstream)


@pytest.fixture
def served(running: Served) -> Served:
    """One for all tests that stop nothing, as it was at its start."""
    server, token = running.server, running.server.token()
    left = server.config.read_text()
    server.configure("")
    if server.config.read_text() != left:
        assert server.http("POST", "reload", token=token).status == 200
    assert server.http("POST", "resume", token=token).status == 200
    return running


def generation(server: Blocker) -> int:
    status = server.http("GET", "status", token=server.token("read"))
    number: int = status.json["generation"]
    return number


def test_a_changed_rule_holds_from_the_next_query_on(served: Served) -> None:
    server = served.server
    token = server.token()
    assert server.address("www.ads.example") == "192.0.2.80"
    server.configure(BLOCK)
    reloaded = server.http("POST", "reload", token=token)
    assert reloaded.status == 200, reloaded.body
    assert reloaded.json["rules"]["user"] == 2
    assert server.address("www.ads.example") == "0.0.0.0"
    assert server.address("one.example") == "0.0.0.0"
    assert server.address("below.one.example") == "192.0.2.80"
    server.configure(ALLOW)
    assert server.http("POST", "reload", token=token).status == 200
    assert server.address() == "192.0.2.80"
    assert server.address("www.ads.example") == "192.0.2.80"


def test_one_error_and_nothing_changes(served: Served) -> None:
    server = served.server
    token, before = server.token(), generation(server)
    server.configure(f"{ALLOW}blocking: {{vendors: {{xiaomy: off}}, ttl: soon}}\n")
    refused = server.http("POST", "reload", token=token)
    assert refused.status == 422
    assert refused.headers["Content-Type"].startswith("application/problem+json")
    assert f"{server.config}:6" in refused.json["detail"]
    assert {error["line"] for error in refused.json["errors"]} == {6}
    assert server.address() == "0.0.0.0"
    assert generation(server) == before
    status = server.http("GET", "status", token=token).json
    assert "blocking.ttl" in status["reload_error"]
    metrics = server.http("GET", "/metrics").body.decode()
    assert "blocker_reload_last_successful 0.0" in metrics
    server.configure(ALLOW)
    assert server.http("POST", "reload", token=token).status == 200
    assert server.http("GET", "status", token=token).json["reload_error"] == ""


def test_every_error_of_file_and_lists_is_told_at_once(served: Served) -> None:
    server = served.server
    server.configure("rules: {block: ['http://a.example/', 'b c']}\nunknown: 1\n")
    refused = server.http("POST", "reload", token=server.token())
    assert refused.status == 422
    assert len(refused.json["errors"]) == 3
    assert all(error["instead"] for error in refused.json["errors"])


def test_a_hang_up_reloads(served: Served) -> None:
    server = served.server
    assert server.process is not None
    before = len(server.log.read_text())

    def said() -> str:
        return server.log.read_text()[before:]

    server.configure(ALLOW)
    server.process.send_signal(signal.SIGHUP)
    server.wait_until(lambda: server.address() == "192.0.2.80")
    server.configure("nonsense: true\n")
    server.process.send_signal(signal.SIGHUP)
    server.wait_until(lambda: "nothing has changed" in said())
    assert f"{server.config}:5" in said()
    assert server.address() == "192.0.2.80"
    server.configure("")
    server.process.send_signal(signal.SIGHUP)
    server.wait_until(lambda: server.address() == "0.0.0.0")


def test_every_worker_takes_it(tmp_path: Path) -> None:
    with blocker(tmp_path, workers=3) as server:
        server.wait_until_ready()
        server.configure(BLOCK)
        assert server.http("POST", "reload", token=server.token()).status == 200
        # Each socket hashes to one of the workers; twenty reach them all but for 1 in 1,000.
        assert {server.address("ads.example") for _ in range(20)} == {"0.0.0.0"}


def test_what_takes_a_restart_is_said(served: Served) -> None:
    server = served.server
    server.configure("user: nobody\n")
    reloaded = server.http("POST", "reload", token=server.token())
    assert reloaded.json["needs_restart"] == ["user"]


def test_a_subscription_is_read_again(tmp_path: Path) -> None:
    names = tmp_path / "names.txt"
    names.write_text("first.example\n")
    listed = f"subscriptions: [{{name: mine, source: {names}, match: subtree}}]\n"
    with blocker(tmp_path, extra=listed) as server:
        assert server.address("first.example") == "0.0.0.0"
        names.write_text("second.example\n")
        assert server.http("POST", "reload", token=server.token()).status == 200
        assert server.address("second.example") == "0.0.0.0"
        names.unlink()
        refused = server.http("POST", "reload", token=server.token())
        assert refused.status == 422
        assert server.address("second.example") == "0.0.0.0"


def test_answers_stay_cached_over_a_reload(served: Served) -> None:
    server = served.server
    server.ask("kept.example")
    server.configure(BLOCK)
    assert server.http("POST", "reload", token=server.token()).status == 200
    server.ask("kept.example")
    assert len(served.upstream.asked("kept.example")) == 1


def test_a_pause_blocks_nothing_and_ends_by_itself(served: Served) -> None:
    server = served.server
    token = server.token()
    paused = server.http("POST", "pause", {"for": "2s"}, token)
    begun = time.monotonic()
    assert paused.status == 200
    assert server.address() == "192.0.2.80"
    assert server.http("GET", "status", token=token).json["paused_until"] is not None
    assert "blocker_paused 1.0" in server.http("GET", "/metrics").body.decode()
    server.wait_until(lambda: server.address() == "0.0.0.0")
    assert 1.5 < time.monotonic() - begun < 3
    assert server.http("GET", "status", token=token).json["paused_until"] is None


def test_resume_ends_a_pause(served: Served) -> None:
    server = served.server
    token = server.token()
    server.http("POST", "pause", {"for": "1h"}, token)
    assert server.address() == "192.0.2.80"
    assert server.http("POST", "resume", token=token).status == 200
    assert server.address() == "0.0.0.0"


def test_a_pause_outlives_a_worker_and_a_restart(tmp_path: Path) -> None:
    with ScriptedUpstream() as upstream, blocker(tmp_path, upstreams=[upstream.url]) as server:
        server.http("POST", "pause", {"for": "1h"}, server.token())
        worker = server.children()["worker0"]
        os.kill(worker, signal.SIGKILL)
        server.successor("worker0", worker)
        assert server.address() == "192.0.2.80"
        server.stop()
        server.start()
        assert server.address() == "192.0.2.80"


def test_no_question_is_lost_to_reloads_under_load(tmp_path: Path) -> None:
    with (
        ScriptedUpstream() as upstream,
        blocker(tmp_path, upstreams=[upstream.url], workers=2) as server,
        ExitStack() as stack,
    ):
        token = server.token()
        statuses: list[int] = []

        def reload_five_times() -> None:
            for number in range(5):
                server.configure(f"rules: {{block: [rule{number}.example]}}\n")
                statuses.append(server.http("POST", "reload", token=token).status)

        reloads = threading.Thread(target=reload_five_times)
        reloads.start()
        socks = [stack.enter_context(server.client()) for _ in range(8)]  # to both workers
        asked = 0
        while reloads.is_alive() or asked < 500:
            sock = socks[asked % len(socks)]
            sock.send(query(BLOCKED if asked % 2 else f"n{asked}.example"))
            assert sock.recv(512)[7], "it has an address"
            asked += 1
            time.sleep(0.001)
        reloads.join()
        assert statuses == [200] * 5
        assert server.address("rule4.example") == "0.0.0.0"
        assert server.address("rule3.example") == "192.0.2.80"


def test_who_takes_admins_place_knows_what_was_reloaded_and_what_was_saved_meanwhile(
    tmp_path: Path,
) -> None:
    with ScriptedUpstream() as upstream, blocker(tmp_path, upstreams=[upstream.url]) as server:
        token = server.token()

        def known_by_name() -> bool:
            return server.http("GET", "status", token=token, Host="adm.example").status == 200

        server.wait_until_ready()
        assert not known_by_name()
        text = server.config.read_text().replace("admin: {", "admin: {hosts: [adm.example], ")
        server.config.write_text(text)
        assert server.http("POST", "reload", token=token).status == 200
        assert known_by_name()
        admin = server.children()["admin"]
        os.kill(admin, signal.SIGKILL)
        server.config.write_text(text + BLOCK)  # nobody watches
        server.successor("admin", admin)
        server.wait_until(lambda: server.address("one.example") == "0.0.0.0", 15)
        server.wait_until_ready()
        assert known_by_name()
