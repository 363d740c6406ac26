"""How a list is doing, as the API and the command line show it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from blocker.download.record import Record
from blocker.download.source import Source

State = Literal["current", "failing", "held", "missing", "waiting", "loading", "file"]

STALE = 3  # refresh intervals without success, and somebody should look


@dataclass(slots=True)
class Progress:
    """A download under way. `whole` is None where the server does not say."""

    octets: int = 0
    whole: int | None = None
    begun: bool = False

    def __call__(self, octets: int, whole: int | None) -> None:
        self.octets, self.whole, self.begun = octets, whole, True


@dataclass(frozen=True, slots=True)
class Shown:
    """Times are wall clock, None for never. `age` is how long ago the copy was known to be new."""

    name: str
    source: str
    format: str
    action: str
    state: State
    lines: int | None
    octets: int | None
    fetched_at: float | None
    checked_at: float | None
    next_at: float | None
    age: float | None
    failures: int  # one after the other, since the last success
    error: str
    alarm: str


def shown(source: Source, record: Record, progress: Progress | None, now: float) -> Shown:
    """One list. A file's record is empty."""
    if not source.is_download:
        return _file(source, now)
    good = record.good
    age = None if good is None else max(0.0, now - (record.confirmed_at or good.fetched_at))
    return Shown(
        name=source.name,
        source=source.shown,
        format=source.format,
        action=source.action,
        state=_state(record, progress),
        lines=good.lines if good else None,
        octets=good.octets if good else None,
        fetched_at=good.fetched_at if good else None,
        checked_at=record.checked_at or None,
        next_at=record.due_at or None,
        age=age,
        failures=record.failures,
        error=record.last_error,
        alarm=record.alarm or _stale(source, record, age),
    )


def _state(record: Record, progress: Progress | None) -> State:
    if progress is not None:
        return "loading" if progress.begun else "waiting"
    if record.good is None:
        return "missing"
    if record.held is not None:
        return "held"
    return "failing" if record.last_error else "current"


def _stale(source: Source, record: Record, age: float | None) -> str:
    if not record.last_error:
        return ""
    if age is None:
        return "there is no copy of it, so it blocks nothing"
    if age > STALE * source.refresh:
        return f"not refreshed for {age / 86_400:.0f} days; its last good copy is still in use"
    return ""


def _file(source: Source, now: float) -> Shown:
    try:
        found = Path(source.source).stat()
    except OSError as error:
        found, why = None, f"cannot be read: {(error.strerror or str(error)).lower()}"
    else:
        why = ""
    return Shown(
        name=source.name,
        source=source.source,
        format=source.format,
        action=source.action,
        state="file" if found else "missing",
        lines=None,
        octets=found and found.st_size,
        fetched_at=None,
        checked_at=None,
        next_at=None,
        age=found and max(0.0, now - found.st_mtime),
        failures=0 if found else 1,
        error=why,
        alarm="",
    )
