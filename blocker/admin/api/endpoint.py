"""What an endpoint is: one row says its path, who may call it, what it takes and what it gives.

The same row registers the route, validates the request and stands in openapi.json, so the three
cannot disagree.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Literal

from aiohttp import web
from pydantic import BaseModel, ConfigDict

from blocker.admin.auth import Scope
from blocker.admin.metrics import Metrics
from blocker.admin.problem_details import Refusal
from blocker.admin.reload import Generations
from blocker.admin.roster import Roster


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


BACKEND = web.AppKey("backend", Backend)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`respond` is given the back end and the validated query string or body."""

    method: Literal["GET", "POST"]
    path: str
    scope: Scope
    summary: str
    takes: type[Body]
    gives: type[BaseModel]
    respond: Callable[[Backend, Any], Awaitable[BaseModel]]
    refuses: tuple[HTTPStatus, ...] = ()

    async def serve(self, request: web.Request) -> web.Response:
        if self.method == "GET":
            asked = self.takes.model_validate(dict(request.query))
        else:
            asked = self.takes.model_validate(_parse(await request.read()))
        given = await self.respond(request.app[BACKEND], asked)
        return web.json_response(text=given.model_dump_json())


def _parse(body: bytes) -> Any:
    if not body:
        return {}
    try:
        return json.loads(body)
    except ValueError as error:  # UnicodeDecodeError is one
        raise Refusal(HTTPStatus.BAD_REQUEST, f"the body is not JSON: {error}") from error
    except RecursionError as error:
        raise Refusal(HTTPStatus.BAD_REQUEST, "the body is nested too deeply") from error
