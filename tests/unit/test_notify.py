"""One datagram, whoever listens; nobody listening is no fault."""

import os
import socket
import time
from pathlib import Path

import pytest

from blocker.notify import SOCKET, WATCHDOG, WATCHDOG_OF, notify, reloading, watchdog_seconds


def test_without_a_service_manager_there_is_no_one_to_tell(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(SOCKET, raising=False)
    assert not notify("READY=1")
    for nowhere in ("relative", str(tmp_path / "none"), ""):
        monkeypatch.setenv(SOCKET, nowhere)
        assert not notify("READY=1")


@pytest.mark.parametrize("abstract", [False, True])
def test_what_is_told_arrives_as_one_message(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, abstract: bool
) -> None:
    path = f"@blocker-{os.getpid()}" if abstract else str(tmp_path / "notify")
    monkeypatch.setenv(SOCKET, path)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(path.replace("@", "\0", 1))
        manager.settimeout(1)
        assert notify("READY=1", "STATUS=well")
        assert manager.recv(4096) == b"READY=1\nSTATUS=well"
        before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1_000
        assert reloading()
        first, second = manager.recv(4096).decode().split("\n")
        assert first == "RELOADING=1"
        assert before <= int(second.removeprefix("MONOTONIC_USEC=")) < before + 1_000_000


def test_a_manager_that_does_not_read_holds_nobody_up(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = str(tmp_path / "notify")
    monkeypatch.setenv(SOCKET, path)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(path)
        begun = time.monotonic()
        assert not all(notify("WATCHDOG=1") for _ in range(2_000))
        assert time.monotonic() - begun < 2


@pytest.mark.parametrize(
    "written, of, seconds",
    [
        ("30000000", "", 30.0),
        ("500000", str(os.getpid()), 0.5),
        ("500000", str(os.getppid()), 0.5),
        ("500000", "1", None if os.getppid() != 1 else 0.5),
        ("", "", None),
        ("0", "", None),
        ("soon", "", None),
    ],
    ids=["anyone", "this", "parent", "another", "not-asked", "never", "no-number"],
)
def test_how_often_it_wants_to_hear(
    monkeypatch: pytest.MonkeyPatch, written: str, of: str, seconds: float | None
) -> None:
    monkeypatch.setenv(WATCHDOG, written)
    monkeypatch.setenv(WATCHDOG_OF, of)
    assert watchdog_seconds() == seconds
