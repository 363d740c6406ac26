"""`subscriptions`: how other people's lists are doing, and downloads on demand.

Rule: which lists there are, and where they come from, is said in the configuration file alone. No
request can name a URL or a file, only a list that is configured.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Literal

from pydantic import Field

from blocker.admin.api.endpoint import Backend, Body, Endpoint, Nothing
from blocker.admin.problem_details import Refusal
from blocker.download.refresher import Refresher
from blocker.download.shown import Progress, Shown
from blocker.download.source import DownloadError

_STATES = (
    "current; failing: the last good copy is in use; held: what came has shrunk, and waits for "
    "somebody to accept it; missing: there is no copy yet; waiting, loading: under way; file"
)


class Loading(Body):
    octets: int = Field(description="How many have arrived.")
    whole: int | None = Field(description="Of how many, where the server says so.")


class Subscription(Body):
    name: str
    source: str
    format: str
    action: str
    state: Literal["current", "failing", "held", "missing", "waiting", "loading", "file"] = Field(
        description=_STATES
    )
    names: int | None = Field(description="How many are in force; null while the list is not.")
    lines: int | None = Field(description="Of the copy: neither empty nor a comment.")
    bytes: int | None
    fetched: datetime | None = Field(description="When the copy in use came.")
    checked: datetime | None = Field(description="The last try.")
    next_check: datetime | None
    age: int | None = Field(description="Seconds since the copy was known to be the newest.")
    error: str = Field(description="Of the last try; the copy stays in use.")
    alarm: str = Field(description="What somebody should look at.")
    progress: Loading | None


class Subscriptions(Body):
    subscriptions: list[Subscription]


class Named(Body):
    name: str = Field(description="Of a subscription in the configuration.")


async def _show(backend: Backend, asked: Nothing) -> Subscriptions:
    shown = backend.refresher.shown()
    return Subscriptions(subscriptions=[_subscription(backend, each) for each in shown])


async def _refresh(backend: Backend, asked: Named) -> Subscription:
    return _done(backend, asked, backend.refresher.refresh)


async def _accept(backend: Backend, asked: Named) -> Subscription:
    return _done(backend, asked, backend.refresher.accept)


def _done(backend: Backend, asked: Named, do: Callable[[str], None]) -> Subscription:
    refresher: Refresher = backend.refresher
    try:
        do(asked.name)
    except KeyError:
        message = "no subscription has this name; the configuration file says which there are"
        raise Refusal(HTTPStatus.NOT_FOUND, message) from None
    except DownloadError as error:
        raise Refusal(HTTPStatus.CONFLICT, str(error)) from None
    return _subscription(backend, refresher.shown_as(refresher.source(asked.name)))


def _subscription(backend: Backend, shown: Shown) -> Subscription:
    return Subscription(
        name=shown.name,
        source=shown.source,
        format=shown.format,
        action=shown.action,
        state=shown.state,
        names=backend.generations.in_force.subscriptions.get(shown.name),
        lines=shown.lines,
        bytes=shown.octets,
        fetched=_moment(shown.fetched_at),
        checked=_moment(shown.checked_at),
        next_check=_moment(shown.next_at),
        age=None if shown.age is None else int(shown.age),
        error=shown.error,
        alarm=shown.alarm,
        progress=_loading(backend.refresher.progress(shown.name)),
    )


def _loading(progress: Progress | None) -> Loading | None:
    if progress is None:
        return None
    return Loading(octets=progress.octets, whole=progress.whole)


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


ENDPOINTS = (
    Endpoint(
        "GET", "subscriptions", "read", "How other people's lists are doing",
        Nothing, Subscriptions, _show,
    ),
    Endpoint(
        "POST", "subscriptions/{name}/refresh", "admin", "Download a list now, if it has changed",
        Named, Subscription, _refresh, (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
    ),
    Endpoint(
        "POST", "subscriptions/{name}/accept", "admin", "Use a list although it has shrunk",
        Named, Subscription, _accept, (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
    ),
)  # fmt: skip
