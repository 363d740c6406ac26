"""deploy/systemd: the unit is right, and the program keeps the promises that it makes in it."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from blocker.config.load import load_config
from tests.support.blocker import blocker
from tests.support.certificates import certificates
from tests.support.source import ROOT

UNIT = ROOT / "deploy" / "systemd" / "blocker.service"


def analyze(*words: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("systemd-analyze")
    assert program is not None, "install systemd; the unit is checked by its own tool"
    return subprocess.run([program, *words], capture_output=True, text=True, timeout=60)


def test_the_unit_has_no_fault(tmp_path: Path) -> None:
    unit = tmp_path / "blocker.service"
    command = Path(sys.executable).parent / "blocker"
    unit.write_text(UNIT.read_text().replace("/opt/blocker/bin/blocker", str(command)))
    run = analyze("verify", "--man=no", str(unit))
    assert (run.returncode, run.stdout + run.stderr) == (0, "")


def test_the_drop_in_hands_over_what_the_configuration_names(tmp_path: Path) -> None:
    readme = UNIT.with_name("README.md").read_text()
    (drop_in,) = re.findall(r"^```ini\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    (configured,) = re.findall(r"^```yaml\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    unit = tmp_path / "blocker.service"
    unit.write_text(UNIT.read_text().replace("/opt/blocker/bin/blocker", "/bin/true"))
    (tmp_path / "blocker.service.d").mkdir()
    (tmp_path / "blocker.service.d" / "override.conf").write_text(drop_in)
    run = analyze("verify", "--man=no", str(unit))
    assert (run.returncode, run.stdout + run.stderr) == (0, "")

    folder = tmp_path / "copies"
    folder.mkdir()
    for name, source in zip(re.findall(r"=(\S+?):/", drop_in), ("pem", "key"), strict=True):
        (folder / name).symlink_to(certificates() / f"server.{source}")
    file = tmp_path / "blocker.yaml"
    file.write_text(configured.replace(f"/run/credentials/{unit.name}", str(folder)))
    config = load_config(file)  # it reads both files
    assert config.dns.encrypted is not None
    assert config.admin.tls is not None
    assert config.admin.tls.certificate == config.dns.encrypted.certificate
    assert config.admin.tls.certificate.parent == folder


def test_it_gives_away_what_a_resolver_needs_not() -> None:
    run = analyze("security", "--offline=true", "--no-pager", str(UNIT))
    (level,) = re.findall(r"exposure level for blocker\.service: ([\d.]+)", run.stdout)
    assert float(level) <= 2.0


class Systemd:
    """The socket that systemd would listen on, and what was said there."""

    def __init__(self, path: Path) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.sock.bind(str(path))

    def hear(self, beginning: str, seconds: float = 10) -> str:
        """The next message that begins so; others are passed over."""
        self.sock.settimeout(seconds)
        while not (message := self.sock.recv(4096).decode()).startswith(beginning):
            pass
        return message

    def is_silent_for(self, seconds: float) -> bool:
        self.sock.settimeout(seconds)
        try:
            return not self.sock.recv(4096)
        except TimeoutError:
            return True


@contextmanager
def service_manager(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Systemd]:
    monkeypatch.setenv("NOTIFY_SOCKET", str(folder / "notify"))
    monkeypatch.setenv("WATCHDOG_USEC", "3000000")
    manager = Systemd(folder / "notify")
    try:
        yield manager
    finally:
        manager.sock.close()


def test_it_says_when_it_is_ready_reloading_and_ending(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with service_manager(tmp_path, monkeypatch) as manager, blocker(tmp_path, workers=2) as server:
        ready = manager.hear("READY=1")
        assert server.address() == "0.0.0.0"
        assert re.search(r"STATUS=[\d,]+ rules in force", ready)
        manager.hear("WATCHDOG=1")
        os.kill(server.pid, signal.SIGHUP)
        assert "MONOTONIC_USEC=" in manager.hear("RELOADING=1")
        manager.hear("READY=1")
        server.stop()
        manager.hear("STOPPING=1")


def test_a_worker_that_hangs_silences_the_watchdog(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with service_manager(tmp_path, monkeypatch) as manager, blocker(tmp_path) as server:
        manager.hear("READY=1")
        manager.hear("WATCHDOG=1")
        worker = server.children()["worker0"]
        os.kill(worker, signal.SIGSTOP)
        try:
            for _ in range(10):
                if manager.is_silent_for(3):  # the unit's watchdog waits ten times as long
                    break
            else:
                pytest.fail("it goes on saying that all is well")
        finally:
            os.kill(worker, signal.SIGCONT)
        manager.hear("WATCHDOG=1")
