"""`pause` and `resume`: block nothing for a while. It always ends by itself."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from pydantic import Field, WithJsonSchema

from blocker.admin.api.endpoint import Backend, Body, Endpoint, Nothing
from blocker.config.units import Duration
from blocker.link import Generation

Period = Annotated[
    Duration,
    Field(ge=1),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]+[smhd]$", "examples": ["10m"]}),
]


class PauseFor(Body):
    seconds: Period = Field(alias="for", description="How long: 30s, 10m, 2h, 1d.")


class Pause(Body):
    generation: int
    paused_until: datetime | None


async def _pause(backend: Backend, asked: PauseFor) -> Pause:
    return _state(await backend.generations.pause(asked.seconds))


async def _resume(backend: Backend, asked: Nothing) -> Pause:
    return _state(await backend.generations.resume())


def _state(generation: Generation) -> Pause:
    until = generation.paused_until
    return Pause(
        generation=generation.number,
        paused_until=None if until is None else datetime.fromtimestamp(until, UTC),
    )


ENDPOINTS = (
    Endpoint(
        "POST", "pause", "admin", "Block nothing for a while", PauseFor, Pause, _pause,
        (HTTPStatus.UNPROCESSABLE_ENTITY,),
    ),
    Endpoint("POST", "resume", "admin", "Block again", Nothing, Pause, _resume),
)  # fmt: skip
