"""Days, times and time zones as people write them."""

import zoneinfo
from pathlib import Path

import pytest

from blocker.config import schedule as module
from blocker.config.schedule import Slot
from tests.support.configs import complaints, load

GROUP = "groups: [{name: kids, clients: [192.0.2.10], schedule: [{%s}]}]"


def slot(folder: Path, written: str) -> Slot:
    (found,) = load(folder, GROUP % written).groups[0].schedule
    return found


def test_a_slot(tmp_path: Path) -> None:
    found = slot(tmp_path, 'days: [mon, sun], from: "21:00", to: 7:05, timezone: Europe/Prague')
    assert (found.days, found.from_, found.to) == ((0, 6), 21 * 60, 7 * 60 + 5)
    assert found.timezone == "Europe/Prague"


def test_every_day_and_all_day(tmp_path: Path) -> None:
    found = slot(tmp_path, "from: 00:00, to: 24:00, timezone: UTC")
    assert (found.days, found.from_, found.to) == (tuple(range(7)), 0, 1440)


REST = {"days": "[mon]", "from": "21:00", "to": "07:00", "timezone": "UTC"}


@pytest.mark.parametrize(
    "key, value, said",
    [
        ("days", "[monday]", ".days[1]: monday is not a day; write mon"),
        ("days", "[Mon]", ".days[1]: Mon is not a day; write mon"),
        ("days", "[daily]", ".days[1]: daily is not a day; write one of: mon, tue, wed, "),
        ("days", "mon", ".days: mon is not a list; write [mon]"),
        ("days", "[]", ".days: is an empty list; write at least one day, or remove the key"),
        ("from", "9pm", '.from: 9pm is not a time of day; write "21:00"'),
        ("from", "12am", '.from: 12am is not a time of day; write "00:00"'),
        ("from", "7", '.from: 7 is not a time of day; write "07:00"'),
        ("from", "2130", '.from: 2130 is not a time of day; write "21:30"'),
        ("from", "24:00", '.from: 24:00 is not a time of day; write "00:00"'),
        ("from", "soon", '.from: soon is not a time of day; write "21:00"'),
        ("to", "24:01", ".to: 24:01 is not a time of day; "),
        ("to", "12:60", ".to: 12:60 is not a time of day; "),
        ("to", "21:00", ': from and to are both 21:00; write from: "00:00" and to: "24:00"'),
        ("timezone", "prague", ".timezone: prague is not a time zone; did you mean Europe/Prague?"),
        ("timezone", "europe/prague", ".timezone: europe/prague is not a time zone; did you mean "),
        (
            "timezone",
            "New York",
            ".timezone: New York is not a time zone; did you mean America/New",
        ),
        ("timezone", "Europe/Pragu", ".timezone: Europe/Pragu is not a time zone; did you mean "),
        ("timezone", "Mars", ".timezone: Mars is not a time zone; write one like Europe/Prague"),
        ("timezone", "../../etc/passwd", ".timezone: ../../etc/passwd is not a time zone; "),
        ("timezone", "Europe", ".timezone: Europe is not a time zone; "),
        ("timezone", "2", ".timezone: 2 is not a time zone; "),
        ("until", "07:00", ".until: unknown key; write one of: days, from, timezone, to"),
    ],
)
def test_fault(tmp_path: Path, key: str, value: str, said: str) -> None:
    written = ", ".join(f"{name}: {text}" for name, text in {**REST, key: value}.items())
    (complaint,) = complaints(tmp_path, GROUP % written)
    assert complaint.startswith(f"1: groups[kids].schedule[1]{said}")


def test_a_zone_has_no_default(tmp_path: Path) -> None:
    (said,) = complaints(tmp_path, GROUP % "from: 21:00, to: 07:00")
    assert said == "1: groups[kids].schedule[1].timezone: is missing; add `timezone:`"


def test_a_machine_without_time_zones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "available_timezones", set)
    (said,) = complaints(tmp_path, GROUP % "from: 21:00, to: 07:00, timezone: Nowhere/City")
    assert said.endswith("cannot be checked: this machine has no time zones; install tzdata")


def test_every_zone_of_this_machine_is_taken() -> None:
    known = zoneinfo.available_timezones()
    assert {module._zone(zone) for zone in known} == known
