"""Who may do what: bearer tokens, checked before anything else is looked at. Whoever could open the
control socket needs none.

Rule: closed unless it stands in OPEN or PUBLIC. A path that is misspelt, doubled or encoded is thus
refused like any other, whatever the router would have made of it.
"""

import socket
from collections.abc import Mapping
from contextvars import ContextVar
from http import HTTPStatus
from ipaddress import ip_address
from math import ceil
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Middleware

from blocker import control
from blocker.admin.access import Access, LockedOut
from blocker.admin.lockout import PERIOD, TRIES
from blocker.admin.problem_details import Next, Refusal
from blocker.tokens import Scope, Token, permits

OPEN = frozenset({"/healthz", "/readyz", "/metrics"})  # to programs on this machine
# What is the same for everyone who has this program: its documentation, and the way there.
PUBLIC = frozenset({"/", "/api/v1/openapi.json", "/api/docs"})
_CHALLENGE: Final = 'Bearer realm="blocker"'

WHO: ContextVar[str] = ContextVar("who", default="api")  # asks for what is being answered
MAY: ContextVar[Scope] = ContextVar("may", default="read")  # who asks
# By which token; None: by none, over the control socket or for what is open.
TOKEN: ContextVar[Token | None] = ContextVar("token", default=None)


def auth(access: Access, scopes: Mapping[tuple[str, str], Scope]) -> Middleware:
    """`scopes` says by method and path what a token must allow; where nothing is, any token does.

    A path with names in it stands there as it was registered: `/api/v1/lists/{name}`.
    """

    @web.middleware
    async def check(request: web.Request, handler: Next) -> web.StreamResponse:
        if user := _control_user(request):
            WHO.set(f"cli:{user}")
            MAY.set("admin")
            return await handler(request)
        if request.method == "GET" and is_public(request.raw_path):
            return await handler(request)
        if request.raw_path in OPEN and _is_local(request):
            return await handler(request)
        token = _token(access, request)
        WHO.set(token.name)
        MAY.set(token.scope)
        TOKEN.set(token)
        resource = request.match_info.route.resource
        path = resource.canonical if resource else request.path
        needed = scopes.get((request.method, path), "read")
        if not permits(token.scope, needed):
            raise Refusal(
                HTTPStatus.FORBIDDEN,
                f"the token {token.name} has scope {token.scope}; this takes scope {needed}",
            )
        return await handler(request)

    return check


def is_public(path: str) -> bool:
    return path in PUBLIC or (path.startswith("/api/docs/") and path.count("/") == 3)


def _token(access: Access, request: web.Request) -> Token:
    secret = _bearer(request)
    try:
        token = access.token(secret, _peer(request))
    except LockedOut as locked:
        raise Refusal(
            HTTPStatus.TOO_MANY_REQUESTS,
            f"too many wrong tokens came from this address; none is looked at for another "
            f"{ceil(locked.seconds / 60)} min. On the server itself `blocker` goes on working",
            headers={"Retry-After": str(ceil(locked.seconds))},
        ) from None
    if token is None and secret:
        raise Refusal(
            HTTPStatus.UNAUTHORIZED,
            f"this token is not known: it is wrong, or was revoked. After {TRIES} wrong ones none "
            f"is looked at from this address for {PERIOD // 60:.0f} min",
            headers={"WWW-Authenticate": f'{_CHALLENGE}, error="invalid_token"'},  # RFC 6750
        )
    if token is None:
        raise Refusal(
            HTTPStatus.UNAUTHORIZED,
            "send Authorization: Bearer TOKEN; `blocker token create` makes one",
            headers={"WWW-Authenticate": _CHALLENGE},
        )
    return token


def _control_user(request: web.Request) -> str | None:
    sock = request.transport.get_extra_info("socket") if request.transport else None
    if sock is None or sock.family != socket.AF_UNIX:
        return None
    return control.user_of(sock)


def _bearer(request: web.Request) -> str:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def _is_local(request: web.Request) -> bool:
    peer = _peer(request)
    return bool(peer) and ip_address(peer).is_loopback


def _peer(request: web.Request) -> str:
    """The other end of the connection, whatever headers say of it."""
    name = request.transport.get_extra_info("peername") if request.transport else None
    return name[0].partition("%")[0] if name else ""
