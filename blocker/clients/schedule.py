"""When a group's settings hold, by the clock on the wall of a time zone.

Rule: a slot holds whenever that clock shows a time within it. So a time that daylight saving skips
never comes, one that it repeats holds twice, and 21:00 is 21:00 on every day of the year.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from blocker.link import Slot

DAY: Final = 86_400
# What one clock has not shown in two weeks it never will: each day of the week came twice, so one
# that daylight saving spoilt came again. Clocks of two zones drift apart, but within a year.
_ONE_ZONE: Final = 15
_SEVERAL_ZONES: Final = 400
# No zone has changed its offset and back within so short a time.
_STEP: Final = 6 * 3600


def in_force(slots: Sequence[Slot], now: float) -> bool:
    """Whether any slot holds at `now`, in seconds since 1970. No slots at all: always.

    ValueError if this machine does not know the time zone.
    """
    return not slots or any(_holds(slot, now) for slot in slots)


def next_change(slots: Sequence[Slot], now: float) -> float | None:
    """The first moment after `now` when `in_force` says otherwise; None if there is none.

    The machine's clock may be set meanwhile: who waits for it should look at the clock now and
    then.
    """
    zones = {slot["zone"] for slot in slots}
    if len(zones) > 1 and any(_always(slots, zone, now) for zone in zones):
        return None
    held = in_force(slots, now)
    for day in range(_SEVERAL_ZONES if len(zones) > 1 else _ONE_ZONE):
        for moment in _moments(slots, now + day * DAY, now + (day + 1) * DAY):
            if in_force(slots, moment) != held:
                return moment
    return None


def _always(slots: Sequence[Slot], zone: str, now: float) -> bool:
    """Whether the slots of one zone do by themselves, which saves looking a year ahead."""
    own = [slot for slot in slots if slot["zone"] == zone]
    return in_force(own, now) and next_change(own, now) is None


def _holds(slot: Slot, now: float) -> bool:
    local = datetime.fromtimestamp(now, _zone(slot["zone"]))
    minute = local.hour * 60 + local.minute
    today = local.weekday() in slot["days"]
    if slot["from_"] < slot["to"]:
        return today and slot["from_"] <= minute < slot["to"]
    yesterday = (local.weekday() - 1) % 7 in slot["days"]
    return (today and minute >= slot["from_"]) or (yesterday and minute < slot["to"])


def _moments(slots: Sequence[Slot], after: float, until: float) -> list[float]:
    """All moments in (after, until] when something may begin or end, in order."""
    moments: set[float] = set()
    for zone in {slot["zone"] for slot in slots}:
        moments.update(_clock_changes(_zone(zone), after, until))
    for slot in slots:
        moments.update(_edges(slot, after, until))
    return sorted(moment for moment in moments if after < moment <= until)


def _edges(slot: Slot, after: float, until: float) -> Iterator[float]:
    """When the clock shows `from` and `to`; both times, should it show them twice."""
    zone = _zone(slot["zone"])
    day = datetime.fromtimestamp(after, zone).date()
    last = datetime.fromtimestamp(until, zone).date()
    while day <= last:
        for minutes in (slot["from_"], slot["to"]):
            for fold in (0, 1):
                yield _shown(day, minutes, zone, fold)
        day += timedelta(days=1)


def _shown(day: date, minutes: int, zone: ZoneInfo, fold: int) -> float:
    wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)  # noqa: DTZ001
    return wall.replace(tzinfo=zone, fold=fold).timestamp()


def _clock_changes(zone: ZoneInfo, after: float, until: float) -> Iterator[float]:
    """When the clock is put forward or back."""
    early = int(after)
    while early < until:
        late = early + _STEP
        if _offset(zone, early) != _offset(zone, late):
            yield _first_second(zone, early, late)
        early = late


def _first_second(zone: ZoneInfo, early: int, late: int) -> float:
    """The first second of the new offset, which is not that of `early`, by halves."""
    old = _offset(zone, early)
    while late - early > 1:
        middle = (early + late) // 2
        if _offset(zone, middle) == old:
            early = middle
        else:
            late = middle
    return float(late)


def _offset(zone: ZoneInfo, moment: int) -> timedelta | None:
    return datetime.fromtimestamp(moment, UTC).astimezone(zone).utcoffset()


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)  # read once, then remembered
    except ZoneInfoNotFoundError:
        message = f"this machine knows no time zone {name}; install its time zone database"
        raise ValueError(message) from None
