"""DNS over HTTPS in HTTP/1.1: requests one after another, answered in their order.

aiohttp's parser reads them (llhttp, in C); its server is left out, which takes many times as long
for a request as the answer does. Rule: a request that cannot be read ends the connection, for what
follows it could be anything. No Upgrade is followed.
"""

import asyncio
from collections import deque
from functools import lru_cache
from typing import Final, cast

from aiohttp.base_protocol import BaseProtocol
from aiohttp.http_exceptions import HttpProcessingError, LineTooLong
from aiohttp.http_parser import HttpRequestParser, RawRequestMessage
from aiohttp.streams import StreamReader

from blocker.core.freshness import freshness
from blocker.core.options import PADDED, granted, wishes
from blocker.listen import connections
from blocker.listen.connections import Connection, Listener
from blocker.listen.doh import (
    ALLOWED,
    LARGEST_BODY,
    LARGEST_HEADERS,
    LONGEST_TARGET,
    MEDIA_TYPE,
    REASONS,
    TOO_LARGE,
    Question,
    Refusal,
    asked,
    in_origin_form,
    posted,
)
from blocker.listen.places import Place, Places
from blocker.listen.tls import TlsConnection

HEADERS: Final = 64
PIECE: Final = 4_096  # octets parsed at a time: what is parsed takes far more room
_CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"


class Http1Connection(Connection):
    """Inside TLS."""

    def __init__(self, listener: Listener) -> None:
        super().__init__(listener)
        loop = asyncio.get_running_loop()
        self._parser = HttpRequestParser(
            BaseProtocol(loop),  # holds nothing up: bodies are bounded below
            loop,
            4 * LARGEST_BODY,
            max_line_size=2 * LONGEST_TARGET,
            max_headers=HEADERS,
            max_field_size=LARGEST_HEADERS,
            auto_decompress=False,
        )
        self._unparsed = bytearray()
        self._parsed: deque[tuple[RawRequestMessage, StreamReader]] = deque()
        self._head: tuple[RawRequestMessage, StreamReader, Question] | None = None  # body to come
        self._places = Places()
        self._began = False  # octets of a request that is not whole were received
        self._serving = False
        self._done = False  # nothing after this is a request
        self._cut_off = False  # in the middle of a body, which goes on

    @property
    def _partial(self) -> bool:
        return self._head is not None or self._began

    @property
    def _waiting(self) -> bool:
        return super()._waiting or bool(self._places)

    @property
    def _crowded(self) -> bool:
        if self._in_flight >= connections.IN_FLIGHT or self._places.held > connections.UNREAD:
            return True
        return len(self._places) >= connections.IN_FLIGHT

    def data_received(self, data: bytes) -> None:
        if self._done:
            return
        if not self._partial:
            self._since = self._listener.clock()
        self._began = True
        if self._unparsed or len(data) > PIECE:
            self._unparsed += data
        else:
            self._parse(data)
        self._serve()

    def _parse(self, data: bytes) -> None:
        try:
            messages, upgraded, _ = self._parser.feed_data(data)
        except LineTooLong:
            self._refuse_last(Refusal(431, "the head of the request is too long"))
        except HttpProcessingError:
            self._refuse_last(Refusal(400, "this is no HTTP request"))
        else:
            self._parsed += messages
            self._done = upgraded
            if upgraded:
                self._unparsed.clear()

    def send(self, packet: bytes, address: Place) -> None:
        """A reply that had to wait."""
        self._fill(address, packet)
        self._in_flight -= 1
        self._serve()
        if self._places.held > connections.UNTAKEN and self._transport is not None:
            self._transport.abort()

    def withhold(self, address: Place) -> None:
        """A rule says that there is no reply; HTTP can say so only by hanging up."""
        self._in_flight -= 1
        address.octets, address.last = b"", True
        self._serve()

    def _serve(self) -> None:
        if self._gone or self._serving:
            return
        if self._places:
            self._write_in_order()
        if self._due:
            return
        self._serving, found, places = True, False, self._places
        left, bound = connections.QUESTIONS_A_TURN, connections.IN_FLIGHT
        most = min(places.held + connections.OCTETS_A_TURN, connections.UNREAD)
        while (
            left
            and places.held <= most
            and not self._full
            and self._in_flight < bound
            and len(places) < bound
        ):
            found = self._takes_one()
            if not found:
                break
            left -= 1
            self._since = self._listener.clock()
        self._serving = False
        self._write_in_order()
        if found:  # there may be more
            self._put_off()
        self._pace()
        self._close_when_done()

    def _takes_one(self) -> bool:
        """Whether there was a whole request; it is answered, or on its way."""
        if self._head is None:
            if not self._parsed:
                return bool(self._unparsed) and self._parses_more()
            message, body = self._parsed.popleft()
            self._began = bool(self._parsed or self._unparsed)
            self._begin(message, body)
            return True
        message, body, question = self._head
        if body.total_bytes > LARGEST_BODY:
            self._head = None
            self._refuse_last(TOO_LARGE)
            return True
        if body.exception() is not None:
            self._head = None
            self._refuse_last(Refusal(400, "the body cannot be read"))
            return True
        if not body.is_eof():
            return bool(self._unparsed) and self._parses_more()
        self._head, self._began = None, bool(self._parsed or self._unparsed)
        self._answer(message, posted(question, body.read_nowait()))
        return True

    def _parses_more(self) -> bool:
        """A piece of what there is."""
        piece = bytes(self._unparsed[:PIECE])
        del self._unparsed[:PIECE]
        self._parse(piece)
        return True

    def _begin(self, message: RawRequestMessage, body: StreamReader) -> None:
        headers = message.headers
        target = message.path.encode(errors="surrogateescape")
        if target[:1] != b"/":
            target = in_origin_form(target)
        outcome = asked(
            message.method,
            target,
            headers.get("Content-Type", ""),
            headers.get("Content-Length", ""),
        )
        if isinstance(outcome, Refusal):
            if body.is_eof():
                self._answer(message, outcome)
            else:
                self._refuse_last(outcome, message.method)  # a body follows, which nobody reads
        elif message.method != "POST":
            if body.is_eof():
                self._answer(message, outcome)
            else:
                self._refuse_last(Refusal(400, "the body is odd"), message.method)
        elif "Content-Encoding" in headers:
            self._refuse_last(Refusal(415, "the body is odd"))
        else:
            self._head = message, body, outcome
            if "Expect" in headers and not body.is_eof() and not self._places and self._transport:
                self._transport.write(_CONTINUE)

    def _answer(self, message: RawRequestMessage, outcome: Question | Refusal) -> None:
        place = Place(last=message.should_close or self._done, bare=message.method == "HEAD")
        self._places.append(place)
        if isinstance(outcome, Refusal):
            place.octets = _refused(outcome, place.last)
            return
        flying = self._in_flight
        place.wished = wishes(outcome.message) & PADDED
        reply = self._asks(outcome.message, place, outcome.client_id)
        if reply is not None:
            self._fill(place, reply)
        elif flying == self._in_flight and place.octets is None:
            place.octets, place.last = _silence(outcome.message), True

    def _close_when_done(self) -> None:
        if self._cut_off and self._ending and not self._waiting and self._transport is not None:
            cast(TlsConnection, self._transport).linger()
        else:
            super()._close_when_done()

    def _fill(self, place: Place, packet: bytes) -> None:
        if place.wished:
            packet = granted(packet, place.wished, self._listener.idle)
        self._places.fill(place, _head_of(len(packet), freshness(packet)) + packet)

    def _refuse_last(self, refusal: Refusal, method: str = "") -> None:
        place = Place(last=True, bare=method == "HEAD")
        place.octets = _refused(refusal, True)
        self._places.append(place)
        self._parsed.clear()
        self._unparsed.clear()
        self._head, self._began, self._done = None, False, True
        self._cut_off = True

    def _write_in_order(self) -> None:
        ready, ended = self._places.take()
        if ended:
            self._parsed.clear()
            self._unparsed.clear()
            self._done = self._ending = True
        if ready and self._transport is not None:
            together = b"".join(ready)
            self._transport.write(together)
            self._since = self._listener.clock()
            if self._full:
                self._note_untaken(len(together))


@lru_cache(4096)
def _head_of(length: int, seconds: int) -> bytes:
    return (
        f"HTTP/1.1 200 OK\r\nContent-Type: {MEDIA_TYPE}\r\nCache-Control: max-age={seconds}\r\n"
        f"Content-Length: {length}\r\n\r\n"
    ).encode()


def _refused(refusal: Refusal, last: bool) -> bytes:
    lines = [
        f"HTTP/1.1 {refusal.status} {REASONS[refusal.status]}",
        "Content-Type: text/plain; charset=utf-8",
        "Cache-Control: no-store",
        f"Content-Length: {len(refusal.text) + 1}",
        *([f"Allow: {ALLOWED}"] if refusal.status == 405 else []),
        *(["Connection: close"] if last else []),
    ]
    return ("\r\n".join(lines) + f"\r\n\r\n{refusal.text}\n").encode()


def _silence(message: bytes) -> bytes:
    """A message that is a response itself is answered by nobody, but the request is."""
    if message[2] & 0x80:
        return _refused(Refusal(400, "this is a response, not a question"), True)
    return b""
