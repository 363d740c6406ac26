"""`reload`: read the configuration and the lists again; one error and nothing changes."""

from http import HTTPStatus

from pydantic import Field

from blocker.admin.api.endpoint import Backend, Body, Endpoint, Nothing


class Reloaded(Body):
    generation: int
    rules: dict[str, int] = Field(description="How many are known, by layer.")
    needs_restart: list[str] = Field(description="Settings that changed and take a restart.")


async def _reload(backend: Backend, asked: Nothing) -> Reloaded:
    generation = await backend.watch.reload()
    return Reloaded(
        generation=generation.number,
        rules=backend.generations.in_force.rules,
        needs_restart=backend.generations.needs_restart(),
    )


ENDPOINTS = (
    Endpoint(
        "POST", "reload", "admin", "Read configuration and lists again, all or nothing",
        Nothing, Reloaded, _reload, (HTTPStatus.UNPROCESSABLE_ENTITY,),
    ),
)  # fmt: skip
