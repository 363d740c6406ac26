"""A path that goes on answering: server-sent events, each with one model as JSON.

Rule: who only listens costs little and is noticed when gone, or when nothing is taken any more;
there is a bound on how many do. A token that is revoked hears nothing more.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar, Final

from aiohttp import web
from pydantic import BaseModel

from blocker.admin.api.endpoint import BACKEND, Backend, Endpoint
from blocker.admin.auth import TOKEN, WHO
from blocker.admin.problem_details import Refusal

MOST: Final = 32  # streams at once
EACH: Final = 8  # of one token
PATIENCE: Final = 30.0  # seconds for who listens to take what was sent


@dataclass(frozen=True, slots=True)
class Stream(Endpoint):
    """`respond` gives what its model says as it comes, and None now and then, which is sent as a
    comment: so proxies keep the connection, and who is gone is noticed.
    """

    respond: Callable[[Backend, Any], AsyncGenerator[BaseModel | None, None]]  # type: ignore[assignment]

    media: ClassVar[str] = "text/event-stream"
    open: ClassVar[dict[object, tuple[web.Request, str]]] = {}  # and who listens

    async def serve(self, request: web.Request) -> web.StreamResponse:
        asked = self.takes.model_validate(dict(request.query))
        backend, token, who = request.app[BACKEND], TOKEN.get(), WHO.get()
        self._must_have_room(who)
        events = self.respond(backend, asked)
        response = web.StreamResponse(
            headers={"Content-Type": self.media, "Cache-Control": "no-store"}
        )
        self.open[response] = request, who
        try:
            await response.prepare(request)
            await _send(response, events, lambda: token is None or backend.access.holds(token))
        except ConnectionError:
            pass  # that is how one stops listening
        except TimeoutError:
            if request.transport:  # closed in good order it would wait for the same reader
                request.transport.abort()
        finally:
            del self.open[response]
        return response

    def _must_have_room(self, who: str) -> None:
        # Who is gone is noticed when something is to be sent, but does not listen any more.
        listening = [each for request, each in self.open.values() if request.transport]
        if listening.count(who) >= EACH:
            message = f"{who} is listening {EACH} times already; close one of them"
            raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, message)
        if len(listening) >= MOST:
            message = f"{MOST} are listening already; close one of them, or come again later"
            raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, message)


async def _send(
    response: web.StreamResponse,
    events: AsyncGenerator[BaseModel | None, None],
    may_hear: Callable[[], bool],
) -> None:
    async def say(words: bytes) -> None:
        async with asyncio.timeout(PATIENCE):
            await response.write(words + b"\n\n")

    async with aclosing(events):
        await say(b": listening")
        async for event in events:
            if not may_hear():
                return
            await say(b":" if event is None else f"data: {event.model_dump_json()}".encode())
