"""Names from the router: few at a time, remembered, and harmless."""

import asyncio

import pytest

from blocker.core.row import Kind, Row
from blocker.devices.devices import Devices
from blocker.devices.hostnames import AGAIN, AGAIN_SILENT, AGAIN_UNKNOWN, FEW, Hostnames, clean
from blocker.devices.router import Router

ROUTER = Router("192.168.2.1", 53, "the router, 192.168.2.1")


def test_few_at_a_time_and_each_once() -> None:
    devices = Devices(dict)
    devices.take(Row(1, f"192.168.2.{n}", "a", 1, 0, Kind("cached"), 1) for n in range(6))
    asked: list[str] = []
    now = [0.0]

    async def ask(router: Router, address: str) -> str:
        asked.append(address)
        if address == "192.168.2.4":
            raise TimeoutError
        return "" if address == "192.168.2.3" else "<b>Anna</b>.fritz.box."

    hostnames = Hostnames(devices, lambda address: ROUTER, ask, lambda: now[0])
    asyncio.run(hostnames.look())
    assert len(asked) == FEW
    asyncio.run(hostnames.look())
    asyncio.run(hostnames.look())
    assert sorted(asked) == [f"192.168.2.{n}" for n in range(6)]
    names = {each.addresses[0]: (each.hostname, each.hostname_from) for each in devices}
    assert names["192.168.2.5"] == ("?b?Anna?b?.fritz.box", ROUTER.what)
    assert names["192.168.2.4"] == names["192.168.2.3"] == ("", "")
    asked.clear()
    now[0] = AGAIN_SILENT
    asyncio.run(hostnames.look())
    assert asked == ["192.168.2.4"]
    asked.clear()
    now[0] = AGAIN_UNKNOWN
    asyncio.run(hostnames.look())
    assert sorted(asked) == ["192.168.2.3", "192.168.2.4"]
    now[0] = AGAIN
    asyncio.run(hostnames.look())
    assert len(asked) == 2 + FEW


def test_where_nobody_may_be_asked_nobody_is() -> None:
    devices = Devices(dict)
    devices.take([Row(1, "2a00::1", "a", 1, 0, Kind("cached"), 1)])

    async def ask(router: Router, address: str) -> str:
        raise AssertionError(address)

    asyncio.run(Hostnames(devices, lambda address: None, ask).look())


@pytest.mark.parametrize(
    "said, kept",
    [
        ("phone.fritz.box.", "phone.fritz.box"),
        ("\x1b[2J<script>", "?2J?script?"),
        ("a" * 200, "a" * 64),
        ("=HYPERLINK(1)", "?HYPERLINK?1?"),
        (".", ""),
    ],
)
def test_cleaning(said: str, kept: str) -> None:
    assert clean(said) == kept
