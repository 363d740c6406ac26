"""Who may do what: bearer tokens, checked before anything else is looked at. Whoever could open the
control socket needs none.

Rule: closed unless it stands in OPEN. A path that is misspelt, doubled or encoded is thus refused
like any other, whatever the router would have made of it.
"""

import socket
from collections.abc import Mapping
from contextvars import ContextVar
from http import HTTPStatus
from ipaddress import ip_address
from typing import Literal

from aiohttp import web
from aiohttp.typedefs import Middleware

from blocker import control
from blocker.admin.problem_details import Next, Refusal
from blocker.tokens import TokenStore

OPEN = frozenset({"/healthz", "/readyz", "/metrics"})  # to programs on this machine

Scope = Literal["read", "admin"]

WHO: ContextVar[str] = ContextVar("who", default="api")  # asks for what is being answered


def auth(tokens: TokenStore, scopes: Mapping[tuple[str, str], Scope]) -> Middleware:
    """`scopes` says by method and path what a token must allow; where nothing is, any token does.

    A path with names in it stands there as it was registered: `/api/v1/lists/{name}`.
    """

    @web.middleware
    async def check(request: web.Request, handler: Next) -> web.StreamResponse:
        if user := _control_user(request):
            WHO.set(f"cli:{user}")
            return await handler(request)
        if request.raw_path in OPEN and _is_local(request):
            return await handler(request)
        token = tokens.find(_bearer(request))
        if token is None:
            raise Refusal(
                HTTPStatus.UNAUTHORIZED,
                "send Authorization: Bearer TOKEN; `blocker token create` makes one",
                headers={"WWW-Authenticate": 'Bearer realm="blocker"'},
            )
        WHO.set(token.name)
        resource = request.match_info.route.resource
        path = resource.canonical if resource else request.path
        needed = scopes.get((request.method, path), "read")
        if needed == "admin" and token.scope != "admin":
            raise Refusal(
                HTTPStatus.FORBIDDEN,
                f"the token {token.name} may only read; this takes scope admin",
            )
        return await handler(request)

    return check


def _control_user(request: web.Request) -> str | None:
    sock = request.transport.get_extra_info("socket") if request.transport else None
    if sock is None or sock.family != socket.AF_UNIX:
        return None
    return control.user_of(sock)


def _bearer(request: web.Request) -> str:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def _is_local(request: web.Request) -> bool:
    peer = request.transport.get_extra_info("peername") if request.transport else None
    return peer is not None and ip_address(peer[0].partition("%")[0]).is_loopback
