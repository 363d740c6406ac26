"""`explain`: what a name is answered, by which rule, and how to change that."""

from datetime import UTC, datetime
from http import HTTPStatus

from pydantic import Field, RootModel

from blocker import explain as explaining
from blocker.admin.api.endpoint import Backend, Body, Endpoint
from blocker.admin.problem_details import Refusal
from blocker.aliases import aliases_of
from blocker.asked.asked import Client
from blocker.errors import StartError
from blocker.view import GroupViews, networks_of, zones_of


class Question(Body):
    name: str = Field(max_length=1024, description="A domain name.")
    type: str = Field(default="A", max_length=16, examples=["A", "HTTPS", "TYPE65"])
    client: Client | None = Field(default=None, description="Its IP address.")
    resolve: bool = Field(
        default=False,
        description="Ask the upstreams which names it is an alias of, and judge them.",
    )


class Explained(RootModel[explaining.Explanation]):
    """What the engine would do, and why."""


async def _explain(backend: Backend, asked: Question) -> Explained:
    generations = backend.generations
    generation = generations.current
    try:
        aliases = (
            await aliases_of(asked.name, asked.type, generation.upstreams) if asked.resolve else ()
        )
        views = GroupViews(generation, datetime.now(UTC).timestamp())
        client = asked.client or explaining.HERE
        views.must_know(client)
        explanation = explaining.explain(
            views.of(client),
            asked.name,
            asked.type,
            asked.client,
            group=views.group_of(client),
            networks=networks_of(generation),
            zones=zones_of(generation),
            sources=generations.plan.sources,
            aliases=aliases,
            catalogue=generations.in_force.catalogue,
        )
    except ValueError as error:
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from error
    except StartError as error:
        raise Refusal(HTTPStatus.BAD_GATEWAY, str(error)) from error
    return Explained(explanation)


ENDPOINTS = (
    Endpoint(
        "GET", "explain", "read", "Why a name is answered the way it is",
        Question, Explained, _explain, (HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.BAD_GATEWAY),
    ),
)  # fmt: skip
