"""What an endpoint is: one row says its path, who may call it, what it takes and what it gives.

The same row registers the route, validates the request and stands in openapi.json, so the three
cannot disagree.
"""

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

from aiohttp import web
from pydantic import BaseModel, ConfigDict

from blocker.admin.access import Access
from blocker.admin.metrics import DeviceCounts, Metrics
from blocker.admin.ownlists import OwnLists
from blocker.admin.problem_details import Refusal
from blocker.admin.querylog import querylog_of
from blocker.admin.recent import Recent
from blocker.admin.reload import Generations
from blocker.admin.roster import Roster
from blocker.admin.shadow import Shadow
from blocker.admin.subscriptions import refresher_of
from blocker.admin.watch import Watch
from blocker.devices.devices import Devices
from blocker.devices.hostnames import Hostnames
from blocker.devices.record import Record
from blocker.devices.router import router_of
from blocker.download.refresher import Refresher
from blocker.querylog.log import QueryLog
from blocker.tokens import Scope


class Body(BaseModel):
    """Base of all that goes over the API."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Nothing(Body):
    """An endpoint that takes nothing."""


@dataclass(frozen=True, slots=True)
class Backend:
    """What the endpoints answer from."""

    roster: Roster
    generations: Generations
    metrics: Metrics
    recent: Recent
    shadow: Shadow
    watch: Watch
    own_lists: OwnLists
    refresher: Refresher
    access: Access
    querylog: QueryLog | None
    devices: Devices
    record: Record | None
    hostnames: Hostnames

    @classmethod
    def of(cls, roster: Roster, generations: Generations) -> Self:
        """All that the workers tell from now on is counted."""
        second = int(datetime.now(UTC).timestamp())
        recent, shadow = Recent(second), Shadow(second)
        devices = Devices()
        counted = DeviceCounts(
            devices.key_of, devices.maker_of, named=lambda: generations.plan.device_metrics
        )
        roster.readers += [recent.take, shadow.take, counted.take, devices.take]
        record = None
        hostnames = Hostnames(
            devices, lambda address: router_of(address, generations.current.upstreams)
        )
        if querylog := querylog_of(generations.started_with):
            querylog.know_devices(devices.key_of)
            roster.readers.append(querylog.take)
            record = Record(devices, querylog, generations.started_with.query_log)
        watch = Watch(generations)
        own, refresher = OwnLists(watch, generations.store), refresher_of(generations)
        access = Access.of(Path(generations.started_with.state))
        metrics = Metrics(roster, generations, refresher.shown, counted, querylog)
        counts = (metrics, recent, shadow)
        known = (devices, record, hostnames)
        return cls(roster, generations, *counts, watch, own, refresher, access, querylog, *known)


BACKEND = web.AppKey("backend", Backend)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`respond` is given the back end and what was asked, validated.

    That is what stands in the path, such as `lists/{name}`, with the query string (GET, DELETE) or
    the body (POST, PUT).
    """

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    scope: Scope
    summary: str
    takes: type[BaseModel]
    gives: type[BaseModel]
    respond: Callable[[Backend, Any], Awaitable[BaseModel]]
    refuses: tuple[HTTPStatus, ...] = ()

    media: ClassVar[str] = "application/json"

    @property
    def has_body(self) -> bool:
        return self.method in ("POST", "PUT")

    @property
    def in_path(self) -> list[str]:
        """The names in its path."""
        return re.findall(r"{(\w+)}", self.path)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        said = _parse(await request.read()) if self.has_body else dict(request.query)
        if request.match_info and isinstance(said, dict):
            said |= request.match_info
        asked = self._validated(said)
        given = await self.respond(request.app[BACKEND], asked)
        return web.json_response(text=given.model_dump_json())

    def _validated(self, said: Any) -> BaseModel:
        """JSON has types, and `"5"` in it is no number; in a query string there is but text."""
        if self.has_body:
            return self.takes.model_validate_json(json.dumps(said), strict=True)
        return self.takes.model_validate(said)


def _parse(body: bytes) -> Any:
    if not body:
        return {}
    try:
        return json.loads(body, parse_float=_number)
    except ValueError as error:  # UnicodeDecodeError is one
        raise Refusal(HTTPStatus.BAD_REQUEST, f"the body is not JSON: {error}") from error
    except RecursionError as error:
        raise Refusal(HTTPStatus.BAD_REQUEST, "the body is nested too deeply") from error


def _number(text: str) -> float | int:
    """To JSON 5.0 is an integer as 5 is."""
    number = float(text)
    return int(number) if number.is_integer() else number
