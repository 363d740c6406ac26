"""`stats`: who asks what most often, whom it is about, and how that went over time."""

from datetime import UTC, datetime, timedelta
from typing import Literal

from pydantic import Field

from blocker.admin.api.endpoint import Backend, Body, Endpoint
from blocker.admin.api.logged import REFUSES, Moment, Outcome, Word, read
from blocker.querylog import stats
from blocker.querylog.stats import Span


class Asked(Body):
    since: Moment = Field(default=None, description="A week before `until`, if not given.")
    until: Moment = Field(default=None, description="Now, if not given.")
    device: Word = Field(default="", description="Only this device: its key, or its address.")

    def span(self) -> Span:
        until = self.until or datetime.now(UTC)
        since = self.since or datetime.fromtimestamp(until.timestamp() - _WEEK, UTC)
        return Span(int(since.timestamp()), int(until.timestamp()))


_WEEK = timedelta(days=7).total_seconds()


class TopAsked(Asked):
    of: Literal["names", "clients", "vendors", "purposes"] = "names"
    outcome: Outcome = ""
    limit: int = Field(default=20, ge=1, le=500)


class RankShown(Body):
    what: str
    count: int
    blocked: int
    allowed: int
    would_block: int


class TopShown(Body):
    top: list[RankShown] = Field(description="Most often first.")


class SeriesAsked(Asked):
    step: Literal["hour", "day"] = "hour"
    vendor: Word = ""


class PointShown(Body):
    time: datetime = Field(description="Of its beginning, in UTC.")
    blocked: int
    allowed: int
    would_block: int


class SeriesShown(Body):
    series: list[PointShown] = Field(description="Oldest first; without what had nothing.")


async def _top(backend: Backend, asked: TopAsked) -> TopShown:
    span = asked.span()
    found = await read(
        backend,
        lambda connection: stats.top(
            connection, asked.of, span, asked.limit, asked.outcome, asked.device
        ),
    )
    return TopShown(
        top=[
            RankShown(
                what=each.what,
                count=each.count,
                blocked=each.blocked,
                allowed=each.allowed,
                would_block=each.would_block,
            )
            for each in found
        ]
    )


async def _series(backend: Backend, asked: SeriesAsked) -> SeriesShown:
    span = asked.span()
    found = await read(
        backend,
        lambda connection: stats.series(connection, span, asked.step, asked.device, asked.vendor),
    )
    points: dict[int, dict[str, int]] = {}
    for start, outcome, count in found:
        points.setdefault(start, {})[outcome] = count
    return SeriesShown(
        series=[
            PointShown(
                time=datetime.fromtimestamp(start, UTC),
                blocked=counts.get("blocked", 0),
                allowed=counts.get("allowed", 0),
                would_block=counts.get("would-block", 0),
            )
            for start, counts in points.items()
        ]
    )


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
