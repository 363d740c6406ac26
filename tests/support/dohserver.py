"""A DoH server that does as it is told: HTTP/2 over TLS on loopback, a script per name.

    with DohServer() as server:
        server.on("a.example", "status:503", "answer")   # the first time so, then so
        upstream_of(server.given(), clock)

Each question takes the next step of its name's script; the last step stays. What arrives is kept in
`log`. It runs in a thread of its own, with the certificate of certificates.py.
"""

import asyncio
import ssl
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, RequestReceived, StreamEnded, StreamReset
from h2.exceptions import ProtocolError
from h2.settings import SettingCodes

from blocker.upstream.url import Given
from tests.support.certificates import tls_server
from tests.support.inthread import InThread
from tests.support.steps import HEADER, messages
from tests.support.upstream import text_of

NAME = "lists.example"


@dataclass(frozen=True)
class Posted:
    """One request that arrived."""

    headers: dict[str, str]
    packet: bytes

    @property
    def name(self) -> str:
        return text_of(self.packet[HEADER:])


class DohServer(InThread):
    """One port. `most` is how many requests it takes at a time; `carries`, on one connection.

    `bears`: of those it answers with delay it refuses more than so many, and does not say so.
    """

    def __init__(
        self,
        context: ssl.SSLContext | None = None,
        *,
        most: int = 100,
        alpn: str = "h2",
        carries: int = 1_000_000,
        bears: int = 1_000_000,
    ) -> None:
        super().__init__()
        self.log: list[Posted] = []
        self.connections = 0
        self.cancelled = 0  # requests that were taken back
        self.most = most
        self.carries = carries
        self.bears = bears
        self._scripts: dict[str, list[str]] = {}
        self._taken: defaultdict[str, int] = defaultdict(int)
        self._context = context or tls_server()
        self._context.set_alpn_protocols([alpn])

    def on(self, name: str, *steps: str) -> None:
        self._scripts[name] = list(steps)

    def step(self, name: str) -> str:
        script = self._scripts.get(name, ["answer"])
        self._taken[name] += 1
        return script[min(self._taken[name], len(script)) - 1]

    @property
    def url(self) -> str:
        return f"https://{NAME}:{self.port}/dns-query"

    def given(self) -> Given:
        return {"url": self.url, "addresses": ["127.0.0.1"]}

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda *_: None)  # of peers that trust us not
        peers: list[_Peer] = []

        def peer() -> _Peer:
            peers.append(_Peer(self))
            return peers[-1]

        server = await loop.create_server(peer, "127.0.0.1", 0, ssl=self._context)
        await self._listening(server.sockets[0].getsockname()[1])
        server.close()
        for each in peers:
            if each.transport is not None:
                each.transport.abort()
        await asyncio.sleep(0.01)


class _Peer(asyncio.Protocol):
    def __init__(self, server: DohServer) -> None:
        self.transport: Any = None
        self._server = server
        self._http = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        self._carried = 0
        self._delayed: set[int] = set()
        self._rest: dict[int, bytes] = {}  # of responses that are under way
        self._requests: dict[int, tuple[dict[str, str], bytearray]] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self._server.connections += 1
        self._http.initiate_connection()
        self._http.update_settings({SettingCodes.MAX_CONCURRENT_STREAMS: self._server.most})
        self._say()

    def data_received(self, data: bytes) -> None:
        try:
            events = self._http.receive_data(data)
        except ProtocolError:
            self.transport.abort()
            raise
        for event in events:
            if isinstance(event, RequestReceived):
                headers = {str(name): str(value) for name, value in event.headers}
                self._requests[event.stream_id] = headers, bytearray()
            elif isinstance(event, DataReceived):
                self._requests[event.stream_id][1].extend(event.data)
                self._http.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            elif isinstance(event, StreamEnded):
                headers, body = self._requests.pop(event.stream_id)
                self._play(event.stream_id, Posted(headers, bytes(body)))
            elif isinstance(event, StreamReset):
                self._server.cancelled += 1
                self._rest.pop(event.stream_id, None)
        self._send()

    def _play(self, stream: int, posted: Posted) -> None:
        self._carried += 1
        if self._carried > self._server.carries:
            self._http.close_connection(last_stream_id=2 * self._server.carries - 1)
            return
        self._server.log.append(posted)
        verb, _, value = self._server.step(posted.name).partition(":")
        if verb == "drop":
            return
        if verb == "delay" and len(self._delayed) >= self._server.bears:
            verb, value = "reset", "7"
        if verb == "close":
            self.transport.abort()
        elif verb == "goaway":
            self._http.close_connection(last_stream_id=max(stream - 2, 0))
        elif verb == "reset":
            self._http.reset_stream(stream, int(value))
        elif verb == "noise":
            self.transport.write(b"\x00" * 9 + b"noise" * 20)
        elif verb == "delay":
            self._delayed.add(stream)
            asyncio.get_running_loop().call_later(
                float(value), self._answer, stream, posted, "answer", ""
            )
        else:
            self._answer(stream, posted, verb, value)

    def _answer(self, stream: int, posted: Posted, verb: str, value: str) -> None:
        self._delayed.discard(stream)
        headers = {"content-type": "application/dns-message"}
        packet = posted.packet
        if verb in ("type", "status", "long", "age", "id"):
            (body,) = messages("answer", "", packet[:2], packet[HEADER : _end(packet)], opt=True)
        else:
            (body,) = messages(verb, value, packet[:2], packet[HEADER : _end(packet)], opt=True)
        if verb == "type":
            headers["content-type"] = value
        elif verb == "age":
            headers["age"] = value
        elif verb == "long":
            body += bytes(70_000)
        elif verb == "id":
            body = b"\x00\x01" + body[2:]
        status = value if verb == "status" else "200"
        self._http.send_headers(stream, [(":status", status), *headers.items()])
        self._rest[stream] = body
        self._send()

    def _send(self) -> None:
        """In pieces that fit a frame, as far as the client takes them."""
        for stream, body in list(self._rest.items()):
            rest = body
            while room := min(
                self._http.local_flow_control_window(stream), self._http.max_outbound_frame_size
            ):
                ends = len(rest) <= room
                self._http.send_data(stream, rest[:room], end_stream=ends)
                rest = rest[room:]
                if ends:
                    del self._rest[stream]
                    break
            else:
                self._rest[stream] = rest
        self._say()

    def _say(self) -> None:
        if octets := self._http.data_to_send():
            self.transport.write(octets)


def _end(packet: bytes) -> int:
    return packet.index(b"\x00", HEADER) + 5
