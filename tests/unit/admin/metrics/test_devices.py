"""Devices counted: by maker, within a day, and within bounds whoever invents addresses."""

from blocker.admin.metrics.devices import DAY, DEVICES, KNOWN, MAKERS, OTHER, DeviceCounts
from blocker.core.row import Kind, Row

BLOCKED = Kind("blocked", "block", "curated", vendor="xiaomi", purpose="ads")
ALLOWED = Kind("forwarded", "pass")


def row(client: str, second: int = 1000, kind: Kind = ALLOWED, count: int = 1) -> Row:
    return Row(second, client, "a.example", 1, 0, kind, count)


def told(counts: DeviceCounts, now: float = 1000) -> dict[str, dict[tuple[str, ...], float]]:
    return {
        family.name: {tuple(each.labels.values()): each.value for each in family.samples}
        for family in counts.metrics(now)
    }


def test_one_device_of_many_addresses_counts_once_by_its_maker() -> None:
    keys = {"192.0.2.1": "mac:1", "2001:db8::1": "mac:1", "192.0.2.2": "mac:2", "192.0.2.3": "ip:3"}
    makers = {"mac:1": "Xiaomi", "mac:2": "Xiaomi"}
    counts = DeviceCounts(keys.__getitem__, lambda key: makers.get(key, ""))
    counts.take([row(client) for client in keys])
    assert told(counts) == {"blocker_devices": {("Xiaomi",): 2, ("unknown",): 1}}


def test_an_address_in_its_two_forms_is_one_device() -> None:
    counts = DeviceCounts()
    counts.take([row("192.0.2.1"), row("::ffff:192.0.2.1"), row("fe80::1%eth0"), row("fe80::1")])
    assert told(counts)["blocker_devices"] == {("unknown",): 2}


def test_who_is_silent_for_a_day_is_no_longer_there() -> None:
    counts = DeviceCounts()
    counts.take([row("192.0.2.1", 1000), row("192.0.2.2", 1001), row("192.0.2.1", 2000)])
    assert told(counts, 1000 + DAY)["blocker_devices"] == {("unknown",): 2}
    assert told(counts, 1500 + DAY)["blocker_devices"] == {("unknown",): 1}
    assert told(counts, 2001 + DAY)["blocker_devices"] == {}


def test_who_a_row_does_not_name_is_no_device() -> None:
    counts = DeviceCounts(named=lambda: True)
    counts.take([row("", count=40)])
    assert told(counts) == {
        "blocker_devices": {},
        "blocker_device_queries": {(OTHER, "allowed"): 40},
    }


def test_of_invented_addresses_the_latest_are_known() -> None:
    counts = DeviceCounts(lambda client: client, lambda key: "fresh" if int(key) >= 10 else "old")
    counts.take(row(str(number)) for number in range(KNOWN + 10))
    assert told(counts)["blocker_devices"] == {("fresh",): KNOWN}


def test_rare_makers_are_taken_together() -> None:
    counts = DeviceCounts(lambda client: client, lambda key: f"maker {int(key) % (MAKERS + 7)}")
    counts.take(row(str(number)) for number in range(2 * (MAKERS + 7)))
    found = told(counts)["blocker_devices"]
    assert len(found) == MAKERS + 1
    assert found[OTHER,] == 14
    assert sum(found.values()) == 2 * (MAKERS + 7)


def test_devices_are_told_of_only_when_asked_for_and_few() -> None:
    counts = DeviceCounts(named=lambda: True)
    counts.take(row(f"192.0.2.{number}", kind=BLOCKED) for number in range(DEVICES))
    counts.take([row("192.0.2.7", count=3), row("198.51.100.1"), row("198.51.100.2", kind=BLOCKED)])
    found = told(counts)["blocker_device_queries"]
    assert found["ip:192.0.2.7", "blocked"] == 1
    assert found["ip:192.0.2.7", "allowed"] == 3
    assert (found[OTHER, "allowed"], found[OTHER, "blocked"]) == (1, 1)
    assert len({device for device, _ in found}) == DEVICES + 1
    assert "blocker_device_queries" not in told(DeviceCounts())
