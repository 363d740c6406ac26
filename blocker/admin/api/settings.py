"""`settings`: all that was changed later, out and in again, as one change."""

from http import HTTPStatus

from blocker.admin.api.change import Changed, change, wall_clock
from blocker.admin.api.endpoint import Backend, Body, Endpoint, Nothing
from blocker.asked.settings import Import, Kept, exported


class Exported(Body):
    settings: list[Kept]


async def _export(backend: Backend, asked: Nothing) -> Exported:
    return Exported(settings=exported(backend.generations.settings.in_force(wall_clock())))


async def _import(backend: Backend, asked: Import) -> Changed:
    return await change(backend, asked)


ENDPOINTS = (
    Endpoint(
        "GET", "settings", "read", "What was changed beside the configuration, to import it",
        Nothing, Exported, _export,
    ),
    Endpoint(
        "PUT", "settings", "admin", "Put these in place of all that was changed, as one change",
        Import, Changed, _import, (HTTPStatus.UNPROCESSABLE_ENTITY,),
    ),
)  # fmt: skip
