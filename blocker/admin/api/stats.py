"""`stats`: who asks what most often, whom it is about, and how that went over time."""

from datetime import UTC, datetime, timedelta
from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from blocker.admin.api.endpoint import Backend, Body, Endpoint
from blocker.admin.api.logged import REFUSES, Moment, Outcome, Word, read
from blocker.querylog import stats
from blocker.querylog.settings import DAY
from blocker.querylog.stats import HOUR, Span, Step


class SpanAsked(Body):
    since: Moment = Field(
        default=None,
        description="A week before `until`, if not given. Counts are kept by the hour and day: the "
        "answer says from when to when it counts.",
    )
    until: Moment = Field(default=None, description="Now, if not given.")
    device: Word = Field(default="", description="Only this device: its key, or its address.")

    @field_validator("since")
    @classmethod
    def _has_been(cls, since: datetime | None) -> datetime | None:
        if since and since > datetime.now(UTC):
            raise ValueError("this is yet to come; write an earlier moment")
        return since

    @field_validator("until")
    @classmethod
    def _comes_later(cls, until: datetime | None, others: ValidationInfo) -> datetime | None:
        since = others.data.get("since")
        if until and since and until <= since:
            raise ValueError("this is not after `since`; write a later moment")
        return until

    def span(self, step: Step = "hour") -> Span:
        """What is counted for it."""
        now = datetime.now(UTC)
        until = self.until or now
        since = self.since or datetime.fromtimestamp(until.timestamp() - _WEEK, UTC)
        asked = Span(int(since.timestamp()), int(until.timestamp()))
        return asked.counted(HOUR if step == "hour" else DAY, int(now.timestamp()))


_WEEK = timedelta(days=7).total_seconds()


class TopAsked(SpanAsked):
    of: Literal["names", "clients", "vendors", "purposes"] = "names"
    outcome: Outcome = ""
    limit: int = Field(default=20, ge=1, le=500)


class RankShown(Body):
    what: str
    count: int
    blocked: int
    allowed: int
    would_block: int


class Counted(Body):
    since: datetime = Field(description="Counted from here on: the start of an hour or a day.")
    until: datetime = Field(description="Up to here, the end of an hour or a day, or now.")


class TopShown(Counted):
    top: list[RankShown] = Field(description="Most often first.")


class SeriesAsked(SpanAsked):
    step: Literal["hour", "day"] = "hour"
    vendor: Word = ""


class PointShown(Body):
    time: datetime = Field(description="Of its beginning, in UTC.")
    blocked: int
    allowed: int
    would_block: int


class SeriesShown(Counted):
    series: list[PointShown] = Field(description="Oldest first; without what had nothing.")


async def _top(backend: Backend, asked: TopAsked) -> TopShown:
    span = asked.span("day" if asked.of == "names" else "hour")
    found = await read(
        backend,
        lambda connection: stats.top(
            connection, asked.of, span, asked.limit, asked.outcome, asked.device
        ),
    )
    return TopShown(
        since=_moment(span.since),
        until=_moment(span.until),
        top=[
            RankShown(
                what=each.what,
                count=each.count,
                blocked=each.blocked,
                allowed=each.allowed,
                would_block=each.would_block,
            )
            for each in found
        ],
    )


async def _series(backend: Backend, asked: SeriesAsked) -> SeriesShown:
    span = asked.span(asked.step)
    found = await read(
        backend,
        lambda connection: stats.series(connection, span, asked.step, asked.device, asked.vendor),
    )
    points: dict[int, dict[str, int]] = {}
    for start, outcome, count in found:
        points.setdefault(start, {})[outcome] = count
    return SeriesShown(
        since=_moment(span.since),
        until=_moment(span.until),
        series=[
            PointShown(
                time=_moment(start),
                blocked=counts.get("blocked", 0),
                allowed=counts.get("allowed", 0),
                would_block=counts.get("would-block", 0),
            )
            for start, counts in points.items()
        ],
    )


def _moment(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)


ENDPOINTS = (
    Endpoint(
        "GET", "stats/top", "read", "What was asked most, who asked most, whom it was about",
        TopAsked, TopShown, _top, refuses=REFUSES,
    ),
    Endpoint(
        "GET", "stats/series", "read", "Queries by the hour or the day",
        SeriesAsked, SeriesShown, _series, refuses=REFUSES,
    ),
)  # fmt: skip
