"""A web server for lists that does each thing a download must survive, over HTTP and HTTPS.

    with WebServer(folder, "127.0.0.2") as web:
        web.on("/list", answer(b"a.example\\n", etag='"1"'))
        web.on("/moved", redirect("https://127.0.0.1/list"))
        url = web.url("/list", host="lists.example")

It runs in a thread of its own, on loopback. Its certificate is for lists.example, www.example,
localhost and loopback addresses, and is signed by an authority of its own (`web.tls`, `web.ca`).
Each request takes the next step of its path's script; the last step stays.
"""

import asyncio
import gzip
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web

from tests.support.certificates import certificates, tls_server
from tests.support.inthread import InThread

Step = Callable[[web.Request], Awaitable[web.StreamResponse]]


class WebServer(InThread):
    """HTTPS, or HTTP, on one port of a loopback address."""

    def __init__(self, host: str = "127.0.0.1", *, https: bool = True) -> None:
        super().__init__()
        self.log: list[web.BaseRequest] = []
        self.most_at_once = 0
        self._at_once = 0
        self._host = host
        self._https = https
        self._scripts: dict[str, list[Step]] = {}
        self._taken: dict[str, int] = {}

    @property
    def ca(self) -> Path:
        """The authority's certificate, for SSL_CERT_FILE."""
        return certificates() / "ca.pem"

    @property
    def tls(self) -> ssl.SSLContext:
        """What a client trusts it with."""
        return ssl.create_default_context(cafile=self.ca)

    def url(self, path: str, *, host: str = "") -> str:
        return f"{'https' if self._https else 'http'}://{host or self._host}:{self.port}{path}"

    def on(self, path: str, *steps: Step) -> None:
        self._scripts[path] = list(steps)
        self._taken[path] = 0

    def asked(self, path: str) -> list[web.BaseRequest]:
        return [request for request in self.log if request.path == path]

    async def _serve(self) -> None:
        runner = web.ServerRunner(web.Server(self._answer), shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, self._host, 0, ssl_context=tls_server() if self._https else None)
        await site.start()
        sockets = site._server.sockets  # type: ignore[union-attr]
        await self._listening(sockets[0].getsockname()[1])
        await runner.cleanup()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.log.append(request)
        script = self._scripts.get(request.path, [status(404)])
        taken = self._taken.get(request.path, 0)
        self._taken[request.path] = taken + 1
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            return await script[min(taken, len(script) - 1)](request)  # type: ignore[arg-type]
        finally:
            self._at_once -= 1


def answer(
    body: bytes,
    *,
    etag: str = "",
    modified: str = "",
    kind: str = "text/plain",
    packed: bool = False,
) -> Step:
    """The list; 304 to who has it."""

    async def step(request: web.Request) -> web.StreamResponse:
        headers = {"ETag": etag, "Last-Modified": modified, "Content-Type": "text/plain"}
        headers = {name: value for name, value in headers.items() if value}
        has = etag and request.headers.get("If-None-Match") == etag
        has = has or (modified and request.headers.get("If-Modified-Since") == modified)
        if has:
            return web.Response(status=304, headers=headers)
        if packed:
            headers["Content-Encoding"] = "gzip"
        return web.Response(body=gzip.compress(body) if packed else body, headers=headers)

    return step


def status(code: int, **headers: str) -> Step:
    async def step(request: web.Request) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=code, text="an.example\n", headers=named)

    return step


def redirect(to: str, code: int = 302) -> Step:
    async def step(request: web.Request) -> web.StreamResponse:
        return web.Response(status=code, headers={"Location": to})

    return step


def raw(*pieces: bytes, pause: float = 0.0, then: str = "close") -> Step:
    """These octets and no others, head and all. then: close, reset, or hang."""

    async def step(request: web.Request) -> web.StreamResponse:
        transport = request.transport
        assert isinstance(transport, asyncio.Transport)
        for piece in pieces:
            transport.write(piece)
            await asyncio.sleep(pause)
        if then == "hang":
            await asyncio.sleep(30)
        elif then == "reset":
            transport.abort()
        transport.close()
        return web.Response()

    return step


def endless(line: bytes = b"a.example\n") -> Step:
    async def step(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        response.enable_chunked_encoding()
        await response.prepare(request)
        while True:
            await response.write(line * 4096)
            await asyncio.sleep(0)  # a write to who is gone does not wait

    return step


def slow(body: bytes, seconds: float) -> Step:
    """Whole, but not at once."""

    async def step(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(seconds)
        return web.Response(body=body)

    return step


def head(**headers: object) -> bytes:
    """The beginning of a raw answer."""
    lines = [f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items()]
    return f"HTTP/1.1 200 OK\r\n{''.join(lines)}\r\n".encode()
