"""When a schedule holds, by a clock that is put forward and back."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from blocker.clients.schedule import in_force, next_change
from blocker.link import Slot

EVERY_DAY = list(range(7))
WALKED = 3 * 1440  # minutes

# A zone, and a day near which its clock is changed: by an hour, by half of one, by two, at a
# minute past midnight, back for a month only, over a whole day, never.
CHANGES = [
    ("Europe/Prague", date(2026, 3, 28)),
    ("Europe/Prague", date(2026, 10, 24)),
    ("America/New_York", date(2026, 3, 7)),
    ("America/New_York", date(2026, 10, 31)),
    ("Australia/Lord_Howe", date(2026, 4, 4)),
    ("Australia/Lord_Howe", date(2026, 10, 3)),
    ("Antarctica/Troll", date(2026, 3, 28)),
    ("Antarctica/Troll", date(2026, 10, 24)),
    ("America/St_Johns", date(2011, 3, 12)),
    ("America/St_Johns", date(2010, 11, 6)),
    ("Africa/Casablanca", date(2026, 2, 14)),
    ("Africa/Casablanca", date(2026, 3, 21)),
    ("Pacific/Apia", date(2011, 12, 29)),
    ("Asia/Kathmandu", date(2026, 1, 1)),
]


def slot(start: str, end: str, *days: int, zone: str = "Europe/Prague") -> Slot:
    return Slot(days=list(days) or EVERY_DAY, from_=minutes(start), to=minutes(end), zone=zone)


def minutes(time: str) -> int:
    hour, minute = time.split(":")
    return int(hour) * 60 + int(minute)


def at(text: str, zone: str = "Europe/Prague") -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def test_no_slots_is_always() -> None:
    assert in_force([], 0)
    assert next_change([], 0) is None


@pytest.mark.parametrize(
    "moment, held",
    [
        ("2026-06-01 20:59:59", False),  # a Monday
        ("2026-06-01 21:00", True),
        ("2026-06-02 06:59:59.999", True),
        ("2026-06-02 07:00", False),
        ("2026-06-07 22:00", False),  # a Sunday
        ("2026-06-01 03:00", False),  # the night that began on Sunday
        ("2026-06-06 03:00", True),  # the night that began on Friday
    ],
)
def test_a_night_belongs_to_the_day_it_begins_on(moment: str, held: bool) -> None:
    assert in_force([slot("21:00", "07:00", 0, 1, 2, 3, 4)], at(moment)) is held


def test_a_night_is_21_to_7_also_when_it_has_nine_or_eleven_hours() -> None:
    night = [slot("21:00", "07:00")]
    for evening, hours in (("2026-03-28", 9), ("2026-10-24", 11), ("2026-06-01", 10)):
        begun = at(f"{evening} 21:00")
        assert next_change(night, begun - 1) == begun
        assert next_change(night, begun) == begun + hours * 3600


def test_a_time_that_is_skipped_never_comes_and_what_spans_it_begins_after_it() -> None:
    skipped, spanning = [slot("02:10", "02:50")], [slot("02:30", "05:00")]
    saturday = at("2026-03-28 12:00")
    assert next_change(skipped, saturday) == at("2026-03-30 02:10")
    assert next_change(spanning, saturday) == at("2026-03-29 03:00")
    assert next_change(spanning, at("2026-03-29 03:00")) == at("2026-03-29 05:00")


def test_a_time_that_comes_twice_counts_twice() -> None:
    twice = [slot("02:10", "02:50")]
    first = datetime(2026, 10, 25, 0, 10, tzinfo=UTC).timestamp()
    changes = [at("2026-10-24 12:00")]
    for _ in range(4):
        moment = next_change(twice, changes[-1])
        assert moment is not None
        changes.append(moment)
    assert [moment - first for moment in changes[1:]] == [0, 40 * 60, 60 * 60, 100 * 60]


def test_a_weekly_hour_that_is_skipped_comes_a_week_later() -> None:
    assert next_change([slot("02:00", "03:00", 6)], at("2026-03-28 12:00")) == at(
        "2026-04-05 02:00"
    )


def test_what_holds_always_never_changes() -> None:
    whole = [slot("00:00", "24:00")]
    halves = [slot("00:00", "02:30"), slot("02:30", "00:00")]
    with_another = [*halves, slot("01:00", "02:00", zone="UTC")]
    for slots in (whole, halves, with_another):
        assert next_change(slots, at("2026-03-28 12:00")) is None
        assert in_force(slots, at("2026-03-29 03:00"))


def test_clocks_of_two_zones_may_drift_apart_months_later() -> None:
    slots = [slot("00:00", "12:00"), slot("11:00", "23:00", zone="UTC")]
    assert next_change(slots, at("2026-01-01 00:00")) == at("2026-03-29 12:00")


def test_a_zone_that_is_unknown_here() -> None:
    with pytest.raises(ValueError, match="knows no time zone Europe/Atlantis"):
        in_force([slot("00:00", "01:00", zone="Europe/Atlantis")], 0)


class Calendar:
    """Slots as the set of all minutes, written down beforehand, that they hold in: the slow way."""

    def __init__(self, slots: list[Slot], now: float) -> None:
        self.shown: list[tuple[ZoneInfo, set[datetime]]] = []
        for each in slots:
            zone = ZoneInfo(each["zone"])
            until = each["to"] if each["to"] > each["from_"] else each["to"] + 1440
            today = datetime.fromtimestamp(now, zone).replace(tzinfo=None)
            midnight = today.replace(hour=0, minute=0, second=0, microsecond=0)
            days = [midnight + timedelta(days=n) for n in range(-3, 6)]
            held = {
                day + timedelta(minutes=minute)
                for day in days
                if day.weekday() in each["days"]
                for minute in range(each["from_"], until)
            }
            self.shown.append((zone, held))

    def holds(self, now: float) -> bool:
        return any(
            datetime.fromtimestamp(now, zone).replace(tzinfo=None, second=0, microsecond=0) in held
            for zone, held in self.shown
        )


MINUTES = st.one_of(st.integers(0, 240), st.integers(0, 1439))


@st.composite
def schedules(draw: st.DrawFn) -> tuple[list[Slot], float]:
    zone, day = draw(st.sampled_from(CHANGES))
    slots = []
    for _ in range(draw(st.integers(1, 3))):
        start = draw(MINUTES)
        end = draw(st.one_of(MINUTES, st.just(1440)))
        if end == start:
            end += 1
        days = draw(st.sets(st.integers(0, 6), min_size=1))
        other = draw(st.sampled_from([zone, zone, "UTC"]))
        slots.append(Slot(days=sorted(days), from_=start, to=end, zone=other))
    begun = datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
    return slots, begun + draw(st.integers(-86_400, 3 * 86_400))


@settings(max_examples=150)
@given(schedules())
@example(([slot("21:00", "02:30", 5)], at("2026-10-24 20:00")))
@example(([slot("00:00", "12:00", 4, zone="Pacific/Apia")], at("2011-12-29 12:00", "Pacific/Apia")))
def test_as_a_walk_from_minute_to_minute_finds_it(drawn: tuple[list[Slot], float]) -> None:
    slots, now = drawn
    calendar = Calendar(slots, now)
    held = calendar.holds(now)
    assert in_force(slots, now) is held
    first = now - now % 60 + 60
    walked = (first + minute * 60 for minute in range(WALKED))
    change = next((moment for moment in walked if calendar.holds(moment) != held), None)
    found = next_change(slots, now)
    if change is None:
        assert found is None or found > first + (WALKED - 1) * 60
    else:
        assert found == change
