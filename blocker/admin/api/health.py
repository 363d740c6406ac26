"""`/healthz`, `/readyz` and `/metrics`: for machines, outside of /api/v1."""

from http import HTTPStatus

from aiohttp import web

from blocker.admin.api.endpoint import BACKEND


async def healthz(request: web.Request) -> web.Response:
    """This process answers."""
    return web.Response(text="ok\n")


async def readyz(request: web.Request) -> web.Response:
    """Every worker has lately said that it runs the current generation."""
    backend = request.app[BACKEND]
    number = backend.generations.current.number
    if backend.roster.all_run(number):
        return web.Response(text="ready\n")
    return web.Response(
        status=HTTPStatus.SERVICE_UNAVAILABLE, text=f"not every worker runs generation {number}\n"
    )


async def metrics(request: web.Request) -> web.Response:
    text, content_type = request.app[BACKEND].metrics.expose(request.headers.get("Accept", ""))
    return web.Response(body=text, headers={"Content-Type": content_type})


ROUTES = (("/healthz", healthz), ("/readyz", readyz), ("/metrics", metrics))
