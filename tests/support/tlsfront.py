"""TLS before a server that speaks none: what it hears is passed on, octet for octet.

    with ScriptedUpstream() as upstream, TlsFront(upstream.port) as front:
        url = front.url("lists.example")

It runs in a thread of its own, on loopback, with the certificate of certificates.py.
"""

import asyncio
import ssl

from tests.support.certificates import tls_server
from tests.support.inthread import InThread


class TlsFront(InThread):
    """One port; `versions` has the TLS version of every handshake that was done."""

    def __init__(self, behind: int, context: ssl.SSLContext | None = None) -> None:
        super().__init__()
        self.versions: list[str] = []
        self.resumed: list[bool] = []  # whether it took up an earlier session
        self.lengths: list[int] = []  # of the questions, framed
        self._behind = behind
        self._context = context or tls_server()

    def url(self, identity: str) -> str:
        return f"tls://127.0.0.1:{self.port}#{identity}"

    async def _serve(self) -> None:
        asyncio.get_running_loop().set_exception_handler(
            lambda *_: None
        )  # of peers that trust us not
        server = await asyncio.start_server(self._pass_on, "127.0.0.1", 0, ssl=self._context)
        async with server:
            await self._listening(server.sockets[0].getsockname()[1])
        passing = asyncio.all_tasks() - {asyncio.current_task()}
        for task in passing:
            task.cancel()
        await asyncio.gather(*passing, return_exceptions=True)
        await asyncio.sleep(0.01)  # what was aborted is let go

    async def _pass_on(self, heard: asyncio.StreamReader, say: asyncio.StreamWriter) -> None:
        tls = say.get_extra_info("ssl_object")
        self.versions.append(tls.version())
        self.resumed.append(tls.session_reused)
        inner_heard, inner_say = await asyncio.open_connection("127.0.0.1", self._behind)

        async def forth() -> None:
            while octets := await heard.read(65_536):
                self.lengths.append(len(octets))
                inner_say.write(octets)

        async def back() -> None:
            while octets := await inner_heard.read(65_536):
                say.write(octets)

        ways = [asyncio.ensure_future(forth()), asyncio.ensure_future(back())]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            inner_say.transport.abort()
            say.transport.abort()
