"""`tokens`: who may use the API. What a token is, is told once, to whoever makes it."""

import asyncio
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from pydantic import Field

from blocker.admin.api.endpoint import Backend, Body, Endpoint, Nothing
from blocker.asked.spelling import fits, shown
from blocker.tokens import NAME, NAME_IN_WORDS, Scope, Token

Name = Annotated[
    str,
    Field(description="What it is for; shown in logs."),
    fits(NAME, f"a token's name has {NAME_IN_WORDS}"),
    shown(NAME),
]


class TokenShown(Body):
    name: str
    scope: Scope = Field(description="What it allows: to look, to change rules as well, or all.")
    created: datetime
    last_used: datetime | None = Field(description="To the second; null: never.")


class Tokens(Body):
    tokens: list[TokenShown]


class NewToken(Body):
    name: Name
    scope: Scope


class GivenToken(TokenShown):
    token: str = Field(description="To send as Authorization: Bearer. It is not shown again.")


class Revocation(Body):
    name: Name


async def _tokens(backend: Backend, asked: Nothing) -> Tokens:
    return Tokens(tokens=[_shown(backend, each) for each in backend.access.tokens.tokens()])


async def _create(backend: Backend, asked: NewToken) -> GivenToken:
    tokens = backend.access.tokens
    secret = await asyncio.to_thread(tokens.create, asked.name, asked.scope)
    (made,) = (each for each in tokens.tokens() if each.name == asked.name)
    return GivenToken(**_shown(backend, made).model_dump(), token=secret)


async def _revoke(backend: Backend, asked: Revocation) -> TokenShown:
    return _shown(backend, await asyncio.to_thread(backend.access.tokens.revoke, asked.name))


def _shown(backend: Backend, token: Token) -> TokenShown:
    return TokenShown(
        name=token.name,
        scope=token.scope,
        created=datetime.fromisoformat(token.created),
        last_used=backend.access.last_use.of(token),
    )


_UNFIT = (HTTPStatus.UNPROCESSABLE_ENTITY,)
ENDPOINTS = (
    Endpoint("GET", "tokens", "admin", "Who may use the API", Nothing, Tokens, _tokens),
    Endpoint("POST", "tokens", "admin", "Make a token", NewToken, GivenToken, _create, _UNFIT),
    Endpoint(
        "DELETE", "tokens/{name}", "admin", "Accept a token no longer",
        Revocation, TokenShown, _revoke, _UNFIT,
    ),
)  # fmt: skip
