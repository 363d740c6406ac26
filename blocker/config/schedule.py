"""`schedule:` of a group: the days and times when its settings hold, in a time zone."""

import re
from difflib import get_close_matches
from typing import Annotated, Any, Final, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BeforeValidator, Field, model_validator

from blocker.config.section import Section
from blocker.yamlfile import suggest

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY: Final = 24 * 60  # minutes

_TIME: Final = re.compile(r"([0-9]{1,2}):([0-9]{2})\Z")
_HOUR: Final = re.compile(r"([0-9]{1,2})(?:[:.h]?([0-9]{2}))?\s*([AaPp][Mm])?\Z")


def _day(written: Any) -> Any:
    if written in DAYS:
        return DAYS.index(written)
    short = str(written)[:3].lower()
    instead = f"write {short}" if short in DAYS else suggest(written, DAYS)
    message = f"{written} is not a day; {instead}"
    raise ValueError(message)


def _days(written: Any) -> Any:
    if isinstance(written, str):
        message = f"{written} is not a list; write [{written}]"
        raise ValueError(message)
    if written == []:
        raise ValueError(
            "is an empty list; write at least one day, or remove the key for every day"
        )
    return written


def _time(most: int) -> BeforeValidator:
    def read(written: Any) -> int:
        match = _TIME.match(written) if isinstance(written, str) else None
        minutes = int(match[1]) * 60 + int(match[2]) if match else DAY + 1
        if match is None or int(match[2]) > 59 or minutes > most:
            message = f'{written} is not a time of day; write "{_like(written)}"'
            raise ValueError(message)
        return minutes

    return BeforeValidator(read)


def _like(written: Any) -> str:
    """What was probably meant."""
    if match := _HOUR.match(str(written)):
        hour, minute = int(match[1]), int(match[2] or 0)
        if (match[3] or "").lower() == "pm" and hour < 12:
            hour += 12
        elif (match[3] or "").lower() == "am" and hour == 12:
            hour = 0
        if hour < 24 and minute < 60:
            return f"{hour:02}:{minute:02}"
    return "00:00" if str(written) == "24:00" else "21:00"


def _zone(written: Any) -> Any:
    try:
        if isinstance(written, str) and written:
            return ZoneInfo(written).key
    except (KeyError, ValueError, OSError):  # unknown; leads out of the database; is a folder there
        pass
    if not (known := available_timezones()):
        raise ValueError("cannot be checked: this machine has no time zones; install tzdata")
    message = f"{written} is not a time zone; {_like_zone(str(written), known)}"
    raise ValueError(message)


def _like_zone(written: str, known: set[str]) -> str:
    word = written.lower().replace(" ", "_")
    by_city = {zone.rpartition("/")[2].lower(): zone for zone in sorted(known, reverse=True)}
    by_name = {zone.lower(): zone for zone in known}
    if found := by_name.get(word) or by_city.get(word):
        return f"did you mean {found}?"
    if close := get_close_matches(word, by_name, n=1, cutoff=0.8):
        return f"did you mean {by_name[close[0]]}?"
    return "write one like Europe/Prague"


class Slot(Section):
    """Hours of some days. Those that end at or before they begin end on the next day."""

    days: Annotated[tuple[Annotated[int, BeforeValidator(_day)], ...], BeforeValidator(_days)] = (
        tuple(range(7))
    )
    from_: Annotated[int, _time(DAY - 1), Field(alias="from")]
    to: Annotated[int, _time(DAY)]
    timezone: Annotated[str, BeforeValidator(_zone)]

    @model_validator(mode="after")
    def _has_a_length(self) -> Self:
        if self.from_ == self.to:
            time = f"{self.to // 60:02}:{self.to % 60:02}"
            message = (
                f'from and to are both {time}; write from: "00:00" and to: "24:00" for all day'
            )
            raise ValueError(message)
        return self
