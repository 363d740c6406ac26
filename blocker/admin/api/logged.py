"""What all endpoints of the query log have in common: how it is asked, and what if it cannot be."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Final, TypeVar

from pydantic import AwareDatetime, Field
from sqlalchemy import Connection

from blocker.admin.api.endpoint import Backend
from blocker.admin.problem_details import Refusal
from blocker.querylog.log import QueryLog
from blocker.querylog.opening import LogError

REFUSES: Final = (
    HTTPStatus.CONFLICT,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.SERVICE_UNAVAILABLE,
)

# No control character is in a name, an address or a word of ours; databases differ over them.
Word = Annotated[str, Field(max_length=300, pattern=r"^[^\x00-\x1f\x7f]*$")]
Moment = Annotated[AwareDatetime | None, Field(default=None, examples=["2026-11-24T08:00:00Z"])]

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
