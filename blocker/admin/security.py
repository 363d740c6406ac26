"""What a browser must not be made to do here by a page from elsewhere.

Host names other than ours are refused, since a name can be rebound to this address. Changes are
taken as JSON and from our own origin alone. No answer carries a CORS header. GET changes nothing.
"""

import socket
from http import HTTPStatus
from ipaddress import ip_address

from aiohttp import web

from blocker.admin.problem_details import Next, Refusal

SAFE_METHODS = frozenset({"GET", "HEAD"})

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


@web.middleware
async def security(request: web.Request, handler: Next) -> web.StreamResponse:
    if not is_own_host(request.headers.get("Host", "")):
        raise Refusal(
            HTTPStatus.MISDIRECTED_REQUEST,
            "this is not a name of this server; use its address, localhost or its host name",
        )
    if request.method not in SAFE_METHODS:
        _must_come_from_here(request)
        _must_be_json(request)
    return await handler(request)


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """On every answer, errors as well."""
    response.headers.update(HEADERS)
    response.headers.popall("Server", None)


def is_own_host(host: str) -> bool:
    """An address cannot be rebound, so any will do; of names only those nobody else can own."""
    if host.startswith("["):
        name, bracket, _ = host[1:].partition("]")
        name = name if bracket else ""
    else:
        name = host.partition(":")[0].lower()
    if name in ("localhost", socket.gethostname().lower()):
        return True
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


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
