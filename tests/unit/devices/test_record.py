"""What is known of devices outlives a restart, as far as privacy lets it."""

import asyncio
from pathlib import Path

import pytest

from blocker.core.row import Kind, Row
from blocker.devices import record
from blocker.devices.devices import Device, Devices
from blocker.devices.guess import Guess
from blocker.devices.record import Record, read
from blocker.querylog.log import QueryLog
from blocker.querylog.settings import LogSettings

MAC = "28:6c:07:11:22:33"
CHECK = Kind("forwarded", vendor="apple", purpose="connectivity")


def live(folder: Path, second: int, settings: LogSettings, *clients: str) -> list[Device]:
    """What is stored in the end when these ask, after whatever was before."""

    async def run() -> list[Device]:
        devices = Devices(lambda: {"192.0.2.7": MAC, "2001:db8::7": MAC})
        log = QueryLog(settings, folder, devices.key_of, now=lambda: second)
        kept = Record(devices, log, settings)
        rows = [Row(second, client, "captive.apple.com", 1, 0, CHECK, 1) for client in clients]
        devices.take(rows)
        devices.tell_hostname(f"mac:{MAC}", "phone", "the router")
        log.take(rows)
        task = asyncio.create_task(log.run())
        async with asyncio.timeout(20):
            while rows and not log.counts().written:  # noqa: ASYNC110 - no one tells of it
                await asyncio.sleep(0.02)
        await kept.write()
        await kept.write()
        task.cancel()
        stored = await log.read(read)
        await log.close()
        return stored

    return asyncio.run(run())


def test_it_is_there_again(tmp_path: Path) -> None:
    live(tmp_path, 1_795_392_000, LogSettings(), "192.0.2.7", "2001:db8::7")
    (before,) = live(tmp_path, 1_795_392_100, LogSettings())
    assert (before.key, before.addresses) == (f"mac:{MAC}", ("192.0.2.7", "2001:db8::7"))
    assert before.guess.vendor == "apple"
    assert (before.hostname, before.hostname_from) == ("phone", "the router")
    (after,) = live(tmp_path, 1_795_392_200, LogSettings(), "192.0.2.7")
    assert (after.first, after.last) == (1_795_392_000, 1_795_392_200)


@pytest.mark.parametrize("clients", ["truncated", "hashed", "none"])
def test_nothing_of_a_device_where_clients_are_hidden(tmp_path: Path, clients: str) -> None:
    live(tmp_path, 1_795_392_000, LogSettings(), "192.0.2.7")
    assert live(tmp_path, 1_795_392_100, LogSettings(clients=clients), "192.0.2.7") == []


def test_nothing_of_clients_and_names_that_are_ignored(tmp_path: Path) -> None:
    settings = LogSettings(ignore_clients=["192.0.2.9/32"], names="none")
    (stored,) = live(tmp_path, 1_795_392_000, settings, "192.0.2.7", "192.0.2.9")[-1:]
    assert (stored.key, stored.guess.vendor, stored.guess.reasons) == (f"mac:{MAC}", "apple", ())
    settings = LogSettings(ignore_names=["apple.com"])
    (stored,) = live(tmp_path, 1_795_392_100, settings)
    assert stored.guess == Guess("apple")


def test_the_table_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "KNOWN", 2)

    async def run() -> list[Device]:
        log = QueryLog(LogSettings(), tmp_path)
        some = [Device(f"ip:192.0.2.{n}", (), n, n, Guess()) for n in range(5)]
        await log.write(lambda connection: record.write(connection, some))
        kept = await log.read(read)
        await log.close()
        return kept

    assert [each.last for each in asyncio.run(run())] == [3, 4]
