"""Errors as RFC 9457 problem details: the one place where anything that went wrong becomes HTTP."""

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from pydantic import ValidationError

from blocker.asked.present import NotPossible, Unknown
from blocker.errors import BlockerError, Problems
from blocker.store import StoreError
from blocker.store.history import CannotUndo, NoSuchChange
from blocker.tokens import NoSuchToken, TokenExists

CONTENT_TYPE = "application/problem+json"

log = logging.getLogger(__name__)


def _no_traces(record: logging.LogRecord) -> bool:
    """What is no HTTP has been answered with 400; a trace of it would only fill the log."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, HttpProcessingError)


logging.getLogger("aiohttp.server").addFilter(_no_traces)

Next = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Refusal(Exception):
    """The request is not granted; `detail` says what to do instead."""

    def __init__(
        self, status: HTTPStatus, detail: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers or {}


@web.middleware
async def problem_details(request: web.Request, handler: Next) -> web.StreamResponse:
    try:
        return await handler(request)
    except Refusal as refusal:
        return _response(refusal.status, refusal.detail, headers=refusal.headers)
    except ValidationError as error:
        return _response(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "the request does not fit; openapi.json says what does",
            errors=[
                {
                    "where": ".".join(map(str, each["loc"])),
                    "what": each["msg"].removeprefix("Value error, "),
                }
                for each in error.errors(include_url=False)
            ],
        )
    except Problems as problems:
        return _response(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            str(problems),
            errors=[asdict(problem) for problem in problems.problems],
        )
    except BlockerError as error:
        return _response(_status_of(error), str(error))
    except web.HTTPException as error:
        status = HTTPStatus(error.status)
        kept = {name: error.headers[name] for name in ("Allow",) if name in error.headers}
        return _response(status, _ADVICE.get(status, error.reason), headers=kept)
    except Exception:
        log.exception("%s %s failed", request.method, request.path)
        return _response(HTTPStatus.INTERNAL_SERVER_ERROR, "a fault of this program; see its log")


def _status_of(error: BlockerError) -> HTTPStatus:
    """404: nothing has that name. 409: not as things are. 503: not on this disk. 422: never."""
    if isinstance(error, (Unknown, NoSuchChange, NoSuchToken)):
        return HTTPStatus.NOT_FOUND
    if isinstance(error, (NotPossible, CannotUndo, TokenExists)):
        return HTTPStatus.CONFLICT
    if isinstance(error, StoreError):
        return HTTPStatus.SERVICE_UNAVAILABLE
    return HTTPStatus.UNPROCESSABLE_ENTITY


def _response(
    status: HTTPStatus, detail: str, *, headers: Mapping[str, str] | None = None, **more: Any
) -> web.Response:
    body = {"title": status.phrase, "status": status.value, "detail": detail, **more}
    return web.Response(
        status=status, text=json.dumps(body), content_type=CONTENT_TYPE, headers=headers
    )


_ADVICE = {
    HTTPStatus.NOT_FOUND: "there is nothing here; /api/v1/openapi.json lists what there is",
    HTTPStatus.METHOD_NOT_ALLOWED: "this path knows other methods; the Allow header names them",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "a request body may have 64 KiB",
}
