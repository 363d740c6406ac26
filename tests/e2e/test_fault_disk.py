"""The state folder on a disk that is full, read-only or damaged: names resolve whatever it does.

The disk is a small one of the test's own (tmpfs), which takes root; what is damaged is any disk's.
"""

import os
import random
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from blocker.spare import remove_spare
from tests.support.blocker import BLOCKED, Blocker, blocker
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.timeout(180)  # several starts in a test
SIZE = "8m"


@contextmanager
def small_disk(path: Path) -> Iterator[None]:
    path.mkdir()
    made = mount("-t", "tmpfs", "-o", f"size={SIZE}", "none", str(path))
    if made.returncode != 0:
        pytest.skip(f"no disk of its own for this test: {made.stderr.strip()}")
    try:
        yield
    finally:
        remove_spare(path, Path("/"))
        subprocess.run(["umount", "--lazy", str(path)], check=True, timeout=10)


def mount(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["mount", *arguments], capture_output=True, text=True, timeout=10)


def fill(folder: Path) -> None:
    with (folder / "filler").open("ab", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            with suppress(OSError):
                while True:
                    file.write(bytes(size))


def added(server: Blocker, name: str, token: str) -> int:
    """What the API answers to a new rule that blocks a name."""
    server.wait_until_ready()
    return server.http("POST", "rules", {"action": "block", "name": name}, token).status


def replace_all_children(server: Blocker) -> None:
    for name, pid in server.children().items():
        with suppress(ProcessLookupError):  # the supervisor has come first
            os.kill(pid, signal.SIGKILL)
        server.successor(name, pid, 10)


def resolves(server: Blocker, *blocked: str) -> bool:
    addresses = {name: server.address(name) for name in (BLOCKED, *blocked)}
    return set(addresses.values()) == {"0.0.0.0"} and (
        server.address(f"n{random.random()}.example") == "192.0.2.80"
    )


def test_a_full_disk_costs_changes_and_no_names(tmp_path: Path) -> None:
    with (
        small_disk(tmp_path / "state"),
        ScriptedUpstream() as upstream,
        blocker(tmp_path, upstreams=[upstream.url]) as server,
    ):
        token = server.token()
        server.wait_until_ready()
        assert added(server, "kept.example", token) == 200
        fill(server.state)
        assert resolves(server, "kept.example")
        confirmed = until_refused(server, token)
        replace_all_children(server)
        assert resolves(server, "kept.example", *confirmed)
        server.stop()

        fill(server.state)
        server.start()  # after a power cut, say
        assert "No space left on device; names resolve" in server.log.read_text()
        confirmed += until_refused(server, token)
        assert resolves(server, "kept.example", *confirmed)
        replace_all_children(server)
        assert resolves(server, "kept.example", *confirmed)
        server.stop()

        (server.state / "filler").unlink()
        server.start()
        assert added(server, "possible.example", token) == 200
        assert resolves(server, "kept.example", "possible.example", *confirmed)
        assert "Traceback" not in server.log.read_text()


def until_refused(server: Blocker, token: str) -> list[str]:
    """Rules that still found room, before one did not; that one is not in force."""
    confirmed: list[str] = []
    while True:
        name = f"more{len(confirmed)}-{server.pid}.example"
        fill(server.state)
        status = added(server, name, token)
        if status != 200:
            assert status == 503
            assert server.address(name) == "192.0.2.80"
            return confirmed
        confirmed.append(name)
        assert len(confirmed) < 100


def test_a_read_only_disk_costs_changes_and_no_names(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with (
        small_disk(state),
        ScriptedUpstream() as upstream,
        blocker(tmp_path, upstreams=[upstream.url]) as server,
    ):
        token = server.token()
        assert added(server, "kept.example", token) == 200
        server.stop()
        assert mount("-o", "remount,ro", str(state)).returncode == 0
        server.start()
        assert "Read-only file system; names resolve" in server.log.read_text()
        assert resolves(server, "kept.example")
        assert added(server, "refused.example", token) == 503
        replace_all_children(server)
        assert resolves(server, "kept.example")
        assert "Traceback" not in server.log.read_text()


SET_ASIDE = {"changes.db": "changes.db is damaged", "querylog.db": "querylog.db is damaged"}
SAID = {"tokens.json": "no token is accepted until it is mended", **SET_ASIDE}


def test_each_file_of_the_state_folder_may_be_damaged(tmp_path: Path) -> None:
    names = tmp_path / "names.txt"
    names.write_text("listed.example\n")
    listed = f"subscriptions: [{{name: mine, source: {names}, match: subtree}}]\n"
    with (
        ScriptedUpstream() as upstream,
        blocker(tmp_path, upstreams=[upstream.url], extra=listed) as server,
    ):
        token = server.token()
        assert added(server, "kept.example", token) == 200
        worker = server.children()["worker0"]
        os.kill(worker, signal.SIGKILL)  # which leaves totals behind
        server.successor("worker0", worker)
        server.wait_until((server.state / "totals.json").exists)
        server.stop()
        good = shutil.copytree(server.state, tmp_path / "good")
        files = sorted(path.relative_to(good) for path in good.rglob("*") if path.is_file())
        assert {str(path) for path in files} > {"generation.json", "totals.json", *SAID}
        for file in files:
            server.log.write_bytes(b"")
            garble(server.state / file)
            server.start()
            assert resolves(server, "listed.example"), file
            if str(file) != "changes.db":
                assert server.address("kept.example") == "0.0.0.0", file
            if said := SAID.get(str(file)):
                server.wait_until_ready()
                server.http("GET", "status", token=token)
                server.wait_until(lambda said=said: said in server.log.read_text())
            if str(file) in SET_ASIDE:
                assert list(server.state.glob(f"{file}.damaged-*"))
            assert "Traceback" not in server.log.read_text(), file
            server.kill_all()
            shutil.rmtree(server.state)
            shutil.copytree(good, server.state)


def garble(path: Path) -> None:
    """Other octets, as many."""
    path.write_bytes(random.Random(path.name).randbytes(max(100, path.stat().st_size)))


def lose_ruleset(server: Blocker) -> None:
    shutil.rmtree(server.state / "rulesets")


def lose_generation(server: Blocker) -> None:
    garble(server.state / "generation.json")


def lose_everything(server: Blocker) -> None:
    away = server.state.with_name(f"away-{random.random()}")
    server.state.rename(away)  # at one moment, while files come and go in it
    shutil.rmtree(away, ignore_errors=True)


@pytest.mark.parametrize("lose", [lose_generation, lose_ruleset, lose_everything])
def test_what_is_lost_while_it_runs_costs_no_names(
    tmp_path: Path, lose: Callable[[Blocker], None]
) -> None:
    """Successors find it again; without that none could start, and no name would resolve."""
    with (
        ScriptedUpstream() as upstream,
        blocker(tmp_path, upstreams=[upstream.url], workers=2) as server,
    ):
        token = server.token()
        assert added(server, "kept.example", token) == 200
        lose(server)
        killed = server.children()["worker0"]
        os.kill(killed, signal.SIGKILL)
        server.successor("worker0", killed)
        kept = [] if lose is lose_everything else ["kept.example"]
        assert all(resolves(server, *kept) for _ in range(10))  # by either worker
        token = server.token()
        assert added(server, "possible.example", token) == 200
        assert all(resolves(server, "possible.example", *kept) for _ in range(10))
        lose(server)
        replace_all_children(server)
        assert all(resolves(server, *kept) for _ in range(10))
        server.wait_until_ready()
        assert server.log.read_text().count("was written anew in") == 2
        assert "Traceback" not in server.log.read_text()
