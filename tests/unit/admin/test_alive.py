"""What the service manager is told of: readiness, a pause, and nothing once a worker is silent."""

import asyncio
import socket
from contextlib import suppress
from pathlib import Path

import pytest

from blocker.admin.alive import tell_service_manager
from blocker.notify import SOCKET, WATCHDOG, WATCHDOG_OF
from tests.support.backend import Admin, play


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> socket.socket:
    path = str(tmp_path / "notify")
    monkeypatch.setenv(SOCKET, path)
    monkeypatch.setenv(WATCHDOG, "150000")
    monkeypatch.setenv(WATCHDOG_OF, "")
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    sock.bind(path)
    sock.setblocking(False)
    return sock


async def told(manager: socket.socket) -> str:
    loop = asyncio.get_running_loop()
    return (await asyncio.wait_for(loop.sock_recv(manager, 4096), 2)).decode()


def test_ready_then_alive_then_silent(tmp_path: Path, manager: socket.socket) -> None:
    async def scenario(admin: Admin) -> None:
        backend = admin.backend
        telling = asyncio.ensure_future(tell_service_manager(backend.roster, backend.generations))
        with manager:
            await asyncio.sleep(0.1)
            with pytest.raises(BlockingIOError):  # not before a worker has told anything
                manager.recv(4096)
            admin.hear()
            ready, status = (await told(manager)).split("\n")
            assert ready == "READY=1"
            assert status.startswith("STATUS=")
            assert status.endswith(" rules in force")
            assert await told(manager) == "WATCHDOG=1"
            backend.roster.tallies.clear()  # as if none had been heard of for seconds
            await asyncio.sleep(0.1)
            with suppress(BlockingIOError):
                while manager.recv(4096):
                    pass
            await asyncio.sleep(0.2)
            with pytest.raises(BlockingIOError):
                manager.recv(4096)
        telling.cancel()

    play(tmp_path, scenario, tell=False)
