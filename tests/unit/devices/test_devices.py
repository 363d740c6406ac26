"""One device over changing addresses."""

import asyncio

from blocker.core.row import Kind, Row
from blocker.devices.devices import ADDRESSES, KNOWN, LOOKS, Devices, mac_of

MAC = "28:6c:07:11:22:33"
FORWARDED = Kind("forwarded", vendor="apple", purpose="connectivity")


def row(client: str, second: int = 100) -> Row:
    return Row(second, client, "captive.apple.com", 1, 0, FORWARDED, 1)


def refreshed(devices: Devices) -> Devices:
    asyncio.run(devices.refresh())
    return devices


def test_a_device_is_one_over_its_addresses() -> None:
    devices = refreshed(Devices(lambda: {"192.0.2.7": MAC, "2001:db8::7": MAC}))
    devices.take([row("::ffff:192.0.2.7", 100), row("2001:db8::7", 160)])
    (device,) = devices
    assert device.key == f"mac:{MAC}"
    assert device.addresses == ("192.0.2.7", "2001:db8::7")
    assert (device.first, device.last) == (100, 160)
    assert "xiaomi" in device.maker.lower()
    assert device.maker == devices.maker_of(device.key)
    assert not device.randomised
    assert device.guess.vendor == "apple"


def test_whom_the_kernel_does_not_know_is_an_address() -> None:
    devices = Devices(dict)
    assert devices.key_of("192.0.2.7") == devices.key_of("::ffff:192.0.2.7") == "ip:192.0.2.7"
    assert devices.key_of("fe80::1%eth0") == "ip:fe80::1"
    assert devices.maker_of("ip:192.0.2.7") == mac_of("ip:192.0.2.7") == ""


def test_who_is_new_is_looked_for_at_once_but_not_each_time() -> None:
    table: dict[str, str] = {}
    reads: list[float] = []
    now = [0.0]

    def read() -> dict[str, str]:
        reads.append(now[0])
        return table

    devices = Devices(read, lambda: now[0])
    devices.take([row("192.0.2.7", 100), row("192.0.2.8", 110)])
    assert [device.key for device in devices] == ["ip:192.0.2.8", "ip:192.0.2.7"]
    table |= {"192.0.2.7": MAC, "2001:db8::7": MAC}
    devices.take([row("192.0.2.7", 120)])
    assert reads == [0.0, 0.0]
    now[0] = 1.0
    devices.take([row("2001:db8::7", 130)])
    assert reads == [0.0, 0.0, 1.0]
    device, other = devices
    assert device.key == f"mac:{MAC}", "what was an address alone is the device's"
    assert device.addresses == ("192.0.2.7", "2001:db8::7")
    assert (device.first, device.last) == (100, 130)
    assert other.key == "ip:192.0.2.8"


def test_made_up_addresses_cost_few_looks() -> None:
    reads: list[int] = []

    def read() -> dict[str, str]:
        reads.append(1)
        return {}

    devices = Devices(read, lambda: 0.0)
    devices.take(row(f"10.0.0.{n}") for n in range(200))
    assert len(reads) == LOOKS


def test_an_address_changes_hands() -> None:
    table = {"192.0.2.7": MAC}
    devices = refreshed(Devices(lambda: table))
    table.clear()
    assert refreshed(devices).key_of("192.0.2.7") == f"mac:{MAC}", "it was only quiet"
    table["192.0.2.7"] = "02:00:5e:10:00:01"
    assert refreshed(devices).key_of("192.0.2.7") == "mac:02:00:5e:10:00:01"


def test_made_up_addresses_take_bounded_room() -> None:
    devices = Devices(dict)
    devices.take(row(f"10.0.{n >> 8}.{n & 255}") for n in range(KNOWN + 5))
    known = [device.key for device in devices]
    assert len(known) == KNOWN
    assert "ip:10.0.0.0" not in known
    macs = {f"2001:db8::{n:x}": MAC for n in range(ADDRESSES + 5)}
    devices = refreshed(Devices(lambda: macs))
    devices.take(row(address) for address in macs)
    (device,) = devices
    assert len(device.addresses) == ADDRESSES


def test_floods_without_a_client_are_nobodys() -> None:
    devices = Devices(dict)
    devices.take([row("")])
    assert not list(devices)


def test_a_name_that_a_client_gives_itself_is_a_device_without_an_address() -> None:
    devices = Devices(dict)
    devices.take([row("id:anna-phone"), row("id:anna-phone", 160)])
    (device,) = devices
    assert (device.key, device.addresses, device.last) == ("id:anna-phone", (), 160)
    assert device.maker == device.mac == ""
