"""`pause` and `resume`: block nothing for a while. It always ends by itself."""

from datetime import datetime
from http import HTTPStatus

from pydantic import Field

from blocker.admin.api.change import Changed, change, moment
from blocker.admin.api.endpoint import Backend, Endpoint
from blocker.asked.pause import Pause, Resume


class Paused(Changed):
    paused_until: datetime | None = Field(description="For all; null when it is not paused.")
    groups: dict[str, datetime] = Field(description="Groups that are paused, and until when.")


async def _change(backend: Backend, asked: Pause | Resume) -> Paused:
    changed = await change(backend, asked)
    generation = backend.generations.current
    return Paused(
        **changed.model_dump(),
        paused_until=moment(generation.paused_until),
        groups={
            group["name"]: until
            for group in generation.groups
            if (until := moment(group.get("paused_until")))
        },
    )


_UNFIT = (HTTPStatus.UNPROCESSABLE_ENTITY,)
ENDPOINTS = (
    Endpoint(
        "POST", "pause", "rules", "Block nothing for a while", Pause, Paused, _change, _UNFIT
    ),
    Endpoint("POST", "resume", "rules", "Block again", Resume, Paused, _change, _UNFIT),
)  # fmt: skip
