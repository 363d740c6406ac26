"""deploy/docker: an image built by the Dockerfile's own steps runs as compose.yaml has it run.

No engine is needed: tests/support/image.py says what stands in for one. The network is the test's
own, so the container has port 53 in it, as on a host.
"""

import os
import re
import shlex
import shutil
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
import yaml
from dnslib import DNSRecord

from tests.support.blocker import BLOCKED
from tests.support.container import Container
from tests.support.image import Image, build
from tests.support.network import in_own_network, why_not
from tests.support.packets import query
from tests.support.source import ROOT

DEPLOY = ROOT / "deploy" / "docker"
README = (DEPLOY / "README.md").read_text(encoding="utf-8")
PORT_START = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")

# Two environments are made and two dozen packages installed.
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    if why := why_not():
        pytest.skip(why)
    return build(DEPLOY / "Dockerfile", tmp_path_factory.mktemp("image"))


@contextmanager
def container(image: Image, folder: Path, owner: int | None = None) -> Iterator[Container]:
    """`owner` is whose the volume for the state is, if not the container's user's."""
    service: Any = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]["blocker"]
    below = shutil.copytree(DEPLOY, folder / "docker")
    started = Container(image, service, below, folder)
    if owner is not None:
        os.chown(folder / "state", owner, owner)
    try:
        started.start()
        yield started
    finally:
        started.kill()


def allow_port_53() -> None:
    """What the README has the host do."""
    (setting,) = re.findall(r"net\.ipv4\.ip_unprivileged_port_start=(\d+)", README)
    PORT_START.write_text(setting)


def ask(kind: socket.SocketKind = socket.SOCK_DGRAM, name: str = BLOCKED) -> str:
    """The first address of a name; empty when nobody answers."""
    packet = query(name)
    if kind == socket.SOCK_STREAM:
        packet = len(packet).to_bytes(2) + packet
    with socket.socket(socket.AF_INET, kind) as sock, suppress(OSError):
        sock.settimeout(1)
        sock.connect(("127.0.0.1", 53))
        sock.send(packet)
        answer = sock.recv(4096)[2 if kind == socket.SOCK_STREAM else 0 :]
        return "".join(str(record.rdata) for record in DNSRecord.parse(answer).rr[:1])
    return ""


def scraped() -> str:
    connection = HTTPConnection("127.0.0.1", 8053, timeout=5)
    try:
        connection.request("GET", "/metrics")
        return connection.getresponse().read().decode()
    except OSError:
        return ""
    finally:
        connection.close()


def processes(pid: int) -> Iterator[int]:
    """This one and all below it."""
    yield pid
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        yield from processes(int(child))


def status(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


@in_own_network
def test_it_answers_has_no_rights_and_says_how_it_is(image: Image, tmp_path: Path) -> None:
    allow_port_53()
    with container(image, tmp_path) as server:
        server.wait_until(lambda: ask() == "0.0.0.0")
        assert ask(socket.SOCK_STREAM) == "0.0.0.0"
        server.wait_until(lambda: "blocker_build_info" in scraped())
        assert server.run(*image.healthcheck).returncode == 0
        running = [*processes(server.pid)]
        assert len(running) == 3
        for pid in running:
            what = status(pid)
            assert what["Uid"].split() == ["10053"] * 4
            assert (what["NoNewPrivs"], int(what["CapBnd"], 16), int(what["CapEff"], 16)) == (
                "1",
                0,
                0,
            )
        assert server.run("touch", "/opt/blocker/x").returncode == 1
        hung = running[1]
        os.kill(hung, signal.SIGSTOP)
        server.wait_until(lambda: server.run(*image.healthcheck).returncode == 1)
        os.kill(hung, signal.SIGCONT)
        server.wait_until(lambda: server.run(*image.healthcheck).returncode == 0)
        assert server.stop() == 0
        health = server.run(*image.healthcheck)
        assert (health.returncode, health.stdout) == (1, "")
        assert health.stderr.startswith("no answer from blocker: ")


@in_own_network
def test_what_the_readme_has_one_do_works(image: Image, tmp_path: Path) -> None:
    allow_port_53()
    told = re.findall(r"^docker compose exec blocker (.+?) *(?:#.*)?$", README, re.MULTILINE)
    assert len(told) > 3
    with container(image, tmp_path) as server:
        config = server.below / "config" / "blocker.yaml"
        server.wait_until(lambda: server.run(*image.healthcheck).returncode == 0)
        for line in told:
            done = server.run(*shlex.split(line))
            assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
        saved = config.with_suffix(".new")
        saved.write_text(config.read_text() + "rules: {block: [games.example]}\n")
        saved.rename(config)  # as most editors do
        server.wait_until(lambda: ask(name="games.example") == "0.0.0.0")


@pytest.mark.parametrize("cause", ["rights", "in use", "lists.d"])
@in_own_network
def test_what_the_readme_has_for_a_start_that_fails_is_what_is_said(
    image: Image, tmp_path: Path, cause: str
) -> None:
    (symptom,) = (said for said in re.findall(r"^\| `([^`]+)` \|", README, re.M) if cause in said)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        if cause != "rights":
            allow_port_53()
        if cause == "in use":
            other.bind(("0.0.0.0", 53))
        with container(image, tmp_path, owner=0 if cause == "lists.d" else None) as server:
            server.wait_until(lambda: server.ended_with is not None)
            assert server.ended_with == 1
            assert symptom in server.log.read_text()
