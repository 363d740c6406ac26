"""A client of HTTP/2 that can do wrong: it sends frames as it is told, and says what came back."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hpack import Decoder, Encoder

from blocker.listen import frames
from blocker.listen.doh import MEDIA_TYPE
from blocker.listen.frames import frame
from tests.support.listening import Client

GET = [(":method", "GET"), (":scheme", "https"), (":authority", "dns.home.example")]
POST = [(":method", "POST"), *GET[1:], ("content-type", MEDIA_TYPE)]


@dataclass
class Answer:
    """Of one stream."""

    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    ended: bool = False
    reset: int | None = None

    @property
    def status(self) -> int:
        return int(self.headers[":status"])


class Http2Client:
    """On a connection where `h2` was agreed on."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.encoder, self._decoder = Encoder(), Decoder()
        self.answers: dict[int, Answer] = {}
        self.others: list[tuple[int, int, int, bytes]] = []  # frames of no stream
        self._next = 1

    def begin(self, *settings: tuple[int, int]) -> None:
        self.send(frames.PREFACE, frames.settings(*settings))

    def send(self, *octets: bytes) -> None:
        self._client.writer.write(b"".join(octets))

    def get(self, path: str) -> int:
        """The number of the stream."""
        block = self.encoder.encode([*GET, (":path", path)])
        return self.head(block, frames.END_HEADERS | frames.END_STREAM)

    def post(self, body: bytes, path: str = "/dns-query", *, end: bool = True) -> int:
        head = [*POST[:3], (":path", path), *POST[3:]]
        number = self.head(self.encoder.encode(head), frames.END_HEADERS)
        for at in range(0, len(body), 16_384):
            last = end and at + 16_384 >= len(body)
            self.send(frame(frames.DATA, int(last), number, body[at : at + 16_384]))
        return number

    def head(self, block: bytes, flags: int) -> int:
        number, self._next = self._next, self._next + 2
        self.send(frame(frames.HEADERS, flags, number, block))
        return number

    async def answer(self, number: int) -> Answer:
        """When it is whole, or the stream was reset."""
        while not ((got := self.answers.get(number)) and (got.ended or got.reset is not None)):
            await self._take()
        return got

    async def other(self, kind: int) -> tuple[int, int, int, bytes]:
        """The next frame of this kind that belongs to no answer."""
        while not (found := [each for each in self.others if each[0] == kind]):
            await self._take()
        self.others.remove(found[0])
        return found[0]

    async def parting(self) -> int:
        """The code with which the server ends the connection."""
        *_, payload = await self.other(frames.GOAWAY)
        assert await self._client.is_closed()
        return int.from_bytes(payload[4:8], "big")

    async def _take(self) -> None:
        reader = self._client.reader
        async with asyncio.timeout(5):
            head = await reader.readexactly(9)
            payload = await reader.readexactly(int.from_bytes(head[:3], "big"))
        kind, flags, number = head[3], head[4], int.from_bytes(head[5:], "big")
        answer = self.answers.setdefault(number, Answer()) if number else Answer()
        if kind == frames.HEADERS:
            answer.headers = _text(self._decoder.decode(payload))
        elif kind == frames.DATA:
            answer.body += payload
        elif kind == frames.RST_STREAM:
            answer.reset = int.from_bytes(payload, "big")
        else:
            self.others.append((kind, flags, number, payload))
        answer.ended = answer.ended or bool(kind <= frames.HEADERS and flags & frames.END_STREAM)


def _text(fields: Sequence[Any] | Any) -> dict[str, str]:
    return {str(name): str(value) for name, value in fields}
