"""What all endpoints of the query log have in common: how it is asked, and what if it cannot be."""

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import AwareDatetime, BeforeValidator, Field
from sqlalchemy import Connection

from blocker.admin.api.endpoint import Backend
from blocker.admin.problem_details import Refusal
from blocker.asked.spelling import fits, shown
from blocker.querylog.log import QueryLog
from blocker.querylog.opening import LogError

REFUSES: Final = (
    HTTPStatus.CONFLICT,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.SERVICE_UNAVAILABLE,
)

# No control character is in a name, an address or a word of ours; databases differ over them.
_WORD: Final = r"^[^\x00-\x1f\x7f]*$"
Word = Annotated[
    str, Field(max_length=300), fits(_WORD, "write it without control characters"), shown(_WORD)
]

Outcome = Literal["", "blocked", "allowed", "would-block"]


def _written(moment: Any) -> Any:
    """As text, with date and time: a bare number would be taken for seconds, or milliseconds."""
    if isinstance(moment, str) and not _RFC3339.match(moment):
        message = f"{moment!r} is not a moment; write one like 2026-11-24T08:00:00Z"
        raise ValueError(message)
    return moment


_RFC3339: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d")
Moment = Annotated[
    AwareDatetime | None,
    BeforeValidator(_written),
    Field(default=None, examples=["2026-11-24T08:00:00Z"]),
]

Result = TypeVar("Result")


def log_of(backend: Backend) -> QueryLog:
    if backend.querylog is None:
        message = "the query log is off; remove `query_log: off` from the configuration and restart"
        raise Refusal(HTTPStatus.CONFLICT, message)
    return backend.querylog


async def read(backend: Backend, work: Callable[[Connection], Result]) -> Result:
    try:
        return await log_of(backend).read(work)
    except LogError as error:
        raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, str(error)) from error
