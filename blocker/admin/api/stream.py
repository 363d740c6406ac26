"""A path that goes on answering: server-sent events, each with one model as JSON.

Rule: who only listens costs little and is noticed when gone; there is a bound on how many do. A
token that is revoked hears nothing more.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar, Final

from aiohttp import web
from pydantic import BaseModel

from blocker.admin.api.endpoint import BACKEND, Backend, Endpoint
from blocker.admin.auth import TOKEN
from blocker.admin.problem_details import Refusal

MOST: Final = 32  # streams at once


@dataclass(frozen=True, slots=True)
class Stream(Endpoint):
    """`respond` gives what its model says as it comes, and None now and then, which is sent as a
    comment: so proxies keep the connection, and who is gone is noticed.
    """

    respond: Callable[[Backend, Any], AsyncIterator[BaseModel | None]]  # type: ignore[assignment]

    media: ClassVar[str] = "text/event-stream"
    open: ClassVar[set[object]] = set()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        asked = self.takes.model_validate(dict(request.query))
        backend, token = request.app[BACKEND], TOKEN.get()
        if len(self.open) >= MOST:
            message = f"{MOST} are listening already; close one of them, or come again later"
            raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, message)
        events = self.respond(backend, asked)
        response = web.StreamResponse(
            headers={"Content-Type": self.media, "Cache-Control": "no-store"}
        )
        self.open.add(response)
        try:
            await response.prepare(request)
            await _send(response, events, lambda: token is None or backend.access.holds(token))
        except ConnectionError:
            pass  # that is how one stops listening
        finally:
            self.open.discard(response)
        return response


async def _send(
    response: web.StreamResponse,
    events: AsyncIterator[BaseModel | None],
    may_hear: Callable[[], bool],
) -> None:
    await response.write(b": listening\n\n")
    async for event in events:
        if not may_hear():
            return
        said = b":" if event is None else f"data: {event.model_dump_json()}".encode()
        await response.write(said + b"\n\n")
