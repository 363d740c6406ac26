"""What a browser must not be made to do here by a page from elsewhere.

Host names other than ours are refused, since a name can be rebound to this address. Changes are
taken as JSON and from our own origin alone. No answer carries a CORS header. GET changes nothing.
"""

import re
import socket
from collections.abc import Callable, Collection
from http import HTTPStatus
from ipaddress import ip_address

from aiohttp import web
from aiohttp.typedefs import Middleware

from blocker.admin.problem_details import Next, Refusal

SAFE_METHODS = frozenset({"GET", "HEAD"})

_HOST = re.compile(r"(?:\[(?P<address>[0-9A-Fa-f:.]+)\]|(?P<name>[^\s:\[\]@/]+))(?::[0-9]{1,5})?")

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def security(hosts: Callable[[], Collection[str]]) -> Middleware:
    """`hosts` gives the names that the configuration has for this server at the moment."""

    @web.middleware
    async def check(request: web.Request, handler: Next) -> web.StreamResponse:
        if not is_own_host(request.headers.get("Host", ""), hosts()):
            raise Refusal(
                HTTPStatus.MISDIRECTED_REQUEST,
                "this is not a name of this server; use its address, localhost or its host name, "
                "or add the name to admin.hosts in the configuration",
            )
        if request.method not in SAFE_METHODS:
            _must_come_from_here(request)
            _must_be_json(request)
        return await handler(request)

    return check


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """On every answer, errors as well. A page with a policy of its own keeps that."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.popall("Server", None)


def is_own_host(host: str, hosts: Collection[str] = ()) -> bool:
    """An address cannot be rebound, so any will do; of names only those nobody else can own."""
    match = _HOST.fullmatch(host)
    if match is None:
        return False
    name = (match["address"] or match["name"]).lower().removesuffix(".")
    if name in ("localhost", socket.gethostname().lower()) or name in hosts:
        return match["address"] is None
    try:
        address = ip_address(name)
    except ValueError:
        return False
    return (address.version == 6) == (match["address"] is not None)


def _must_come_from_here(request: web.Request) -> None:
    site = request.headers.get("Sec-Fetch-Site", "none")
    origin = request.headers.get("Origin")
    if site not in ("same-origin", "none") or (
        origin is not None and origin != f"{request.scheme}://{request.host}"
    ):
        raise Refusal(HTTPStatus.FORBIDDEN, "a page from elsewhere may not change anything here")


def _must_be_json(request: web.Request) -> None:
    # "application/octet-stream" is also what aiohttp says of a request that declares nothing.
    bare = request.content_type == "application/octet-stream" and not request.body_exists
    if not bare and request.content_type != "application/json":
        raise Refusal(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "send JSON with Content-Type: application/json"
        )
