"""An HTTP/2 connection from its frames to requests (RFC 9113); it asks nobody and writes nothing.

Only what a DNS server needs of HTTP/2, for a general library takes many times as long for a request
as the answer does. Rule: what a client may hold or have us do is bounded: streams, the sizes of
headers and bodies, and frames that ask nothing (CVE-2019-9512 to 9518); a reset takes back the
credit of its request (CVE-2023-44487), and a header's continuations have a sum (CVE-2024-27316).
"""

from collections.abc import Callable
from typing import Final, cast

from hpack.exceptions import HPACKError

from blocker.listen import frames
from blocker.listen.doh import LARGEST_BODY, LARGEST_HEADERS, TOO_LARGE, Question, Refusal
from blocker.listen.frames import (
    FIRST_WINDOW,
    HEAD,
    LARGEST_WINDOW,
    Broken,
    frame,
    number,
    unpadded,
)
from blocker.listen.requests import Heads
from blocker.listen.streams import Stream, Streams

STREAMS: Final = 100  # at once
WINDOW: Final = LARGEST_BODY + 1024  # octets of bodies that are not read, of a stream and of all
IDLE_FRAMES: Final = 1_000  # that ask nothing; each request makes good for ten


class Session:
    """`requests` is what was asked and is to be answered; Broken ends the connection."""

    def __init__(self) -> None:
        self.streams = Streams()
        self.requests: list[tuple[Stream, Question]] = []
        self.last = 0  # the newest stream
        self._greeted = 0  # 1 when the preface came, 2 when the first settings did
        self._heads = Heads()
        self._block: tuple[int, int, bytearray] | None = None  # stream, flags; to be continued
        self._room = WINDOW  # octets of bodies the client may still send
        self._read = 0  # octets that it may be told to have been read
        self._calm = IDLE_FRAMES

    @property
    def partial(self) -> bool:
        return self._block is not None

    def take(self, received: bytearray, at: int, now: float) -> int:
        """Take one frame from `at` on; where the next begins, or `at` when it is not whole."""
        if not self._greeted:
            return self._greet(received)
        if len(received) - at < HEAD:
            return at
        length = received[at] << 16 | received[at + 1] << 8 | received[at + 2]
        if length > frames.LARGEST_FRAME:
            raise Broken(frames.FRAME_SIZE_ERROR)
        end = at + HEAD + length
        if len(received) < end:
            return at
        stream = int.from_bytes(received[at + 5 : at + HEAD], "big") & LARGEST_WINDOW
        payload = bytes(received[at + HEAD : end])
        self._frame(received[at + 3], received[at + 4], stream, payload, now)
        return end

    def overdue(self, began: float) -> list[Stream]:
        """Those whose body has been on its way since before `began`."""
        return [
            each for each in self.streams.open.values() if not each.asked and each.since < began
        ]

    def refuse(self, stream: Stream, refusal: Refusal, *, ended: bool = False) -> None:
        """What is still to come of the request's body is passed over."""
        self._close_for_reading(stream)
        self.streams.refuse(stream, refusal)
        if not ended:
            self.streams.put(frames.reset(stream.number, frames.NO_ERROR))  # section 8.1

    def part(self, code: int) -> None:
        """Say what the last request was that is answered, and why no more are."""
        self.streams.put(frame(frames.GOAWAY, 0, 0, number(self.last) + number(code)))

    def _greet(self, received: bytearray) -> int:
        preface = frames.PREFACE
        if received[: len(preface)] != preface[: len(received)]:
            raise Broken(frames.PROTOCOL_ERROR)
        if len(received) < len(preface):
            return 0
        self._greeted = 1
        self.streams.put(
            frames.settings(
                (frames.MAX_CONCURRENT_STREAMS, STREAMS),
                (frames.INITIAL_WINDOW_SIZE, WINDOW),
                (frames.MAX_HEADER_LIST_SIZE, LARGEST_HEADERS),
            ),
            frame(frames.WINDOW_UPDATE, 0, 0, number(WINDOW - FIRST_WINDOW)),
        )
        return len(preface)

    def _frame(self, kind: int, flags: int, stream: int, payload: bytes, now: float) -> None:
        if self._greeted == 1 and kind != frames.SETTINGS:
            raise Broken(frames.PROTOCOL_ERROR)
        if (self._block is not None) != (kind == frames.CONTINUATION):
            raise Broken(frames.PROTOCOL_ERROR)
        if kind == frames.HEADERS:
            self._on_headers(flags, stream, payload, now)
        elif kind == frames.DATA:
            self._on_data(flags, stream, payload)
        elif kind == frames.CONTINUATION:
            self._on_continuation(flags, stream, payload, now)
        else:
            self._asks_nothing()
            taken = _OTHERS.get(kind)
            if taken is not None:  # what nobody knows is ignored (section 5.5)
                taken(self, flags, stream, payload)

    def _asks_nothing(self, times: int = 1) -> None:
        self._calm -= times
        if self._calm < 0:
            raise Broken(frames.ENHANCE_YOUR_CALM)

    def _on_headers(self, flags: int, stream: int, payload: bytes, now: float) -> None:
        if not stream & 1:
            raise Broken(frames.PROTOCOL_ERROR)
        payload = unpadded(flags, payload)
        if flags & frames.WITH_PRIORITY:
            if len(payload) < 5:
                raise Broken(frames.FRAME_SIZE_ERROR)
            payload = payload[5:]
        if flags & frames.END_HEADERS:
            self._on_block(flags, stream, payload, now)
        else:
            self._block = stream, flags, bytearray(payload)

    def _on_continuation(self, flags: int, stream: int, payload: bytes, now: float) -> None:
        begun, first_flags, block = cast(tuple[int, int, bytearray], self._block)
        if stream != begun:
            raise Broken(frames.PROTOCOL_ERROR)
        self._asks_nothing()
        block += payload
        if len(block) > LARGEST_HEADERS:
            raise Broken(frames.ENHANCE_YOUR_CALM)
        if flags & frames.END_HEADERS:
            self._block = None
            self._on_block(first_flags, stream, bytes(block), now)

    def _on_block(self, flags: int, number_: int, block: bytes, now: float) -> None:
        try:
            head = self._heads.read(block)
        except HPACKError:
            raise Broken(frames.COMPRESSION_ERROR) from None
        ended = flags & frames.END_STREAM != 0
        if number_ <= self.last:
            self._on_trailer(number_, ended=ended)
            return
        self.last = number_
        self._calm = min(self._calm + 10, IDLE_FRAMES)
        if len(self.streams.open) >= STREAMS:
            self.streams.put(frames.reset(number_, frames.REFUSED_STREAM))
            return
        stream = self.streams.begin(number_, now)
        if head is None:
            self._reset(stream, frames.PROTOCOL_ERROR)
        elif isinstance(head.outcome, Refusal):
            stream.bare = head.method == "HEAD"
            self.refuse(stream, head.outcome, ended=ended)
        elif head.method != "POST":
            stream.bare = head.method == "HEAD"
            self._request(stream, head.outcome)  # a body, if one comes, is passed over
        else:
            stream.question, stream.length = head.outcome, head.length
            if ended:
                self._posted(stream)

    def _on_trailer(self, number_: int, *, ended: bool) -> None:
        stream = self.streams.open.get(number_)
        if stream is None or not ended:
            raise Broken(frames.PROTOCOL_ERROR if stream else frames.STREAM_CLOSED)
        if not stream.asked:
            self._posted(stream)

    def _on_data(self, flags: int, number_: int, payload: bytes) -> None:
        self._room -= len(payload)
        if self._room < 0:
            raise Broken(frames.FLOW_CONTROL_ERROR)
        if not number_ or number_ > self.last:
            raise Broken(frames.PROTOCOL_ERROR)
        body = unpadded(flags, payload)
        stream = self.streams.open.get(number_)
        ended = flags & frames.END_STREAM
        if stream is None or stream.asked:  # of a request that was refused, or reset
            self._asks_nothing()
            self._has_read(len(payload))
            return
        if not body and not ended:
            self._asks_nothing()
        stream.body += body
        stream.taken += len(payload)
        if len(stream.body) > LARGEST_BODY:
            self.refuse(stream, TOO_LARGE, ended=bool(ended))
        elif ended:
            self._posted(stream)

    def _on_reset(self, flags: int, number_: int, payload: bytes) -> None:
        if len(payload) != 4:
            raise Broken(frames.FRAME_SIZE_ERROR)
        if not number_ or number_ > self.last:
            raise Broken(frames.PROTOCOL_ERROR)
        self._asks_nothing(10)
        if (stream := self.streams.open.get(number_)) is not None:
            self._close_for_reading(stream)
            self.streams.drop(number_)

    def _on_settings(self, flags: int, number_: int, payload: bytes) -> None:
        self._greeted = 2
        if len(payload) % 6 or (flags & frames.ACK and payload):
            raise Broken(frames.FRAME_SIZE_ERROR)
        if number_:
            raise Broken(frames.PROTOCOL_ERROR)
        if flags & frames.ACK:
            return
        for key, value in frames.read_settings(payload):
            if key == frames.INITIAL_WINDOW_SIZE:
                self.streams.resize(value)
            elif key == frames.MAX_FRAME_SIZE:
                self.streams.allow_frames_of(value)
            elif key == frames.ENABLE_PUSH and value > 1:
                raise Broken(frames.PROTOCOL_ERROR)
        self.streams.put(frame(frames.SETTINGS, frames.ACK, 0))
        self.streams.go_on()

    def _on_ping(self, flags: int, number_: int, payload: bytes) -> None:
        if len(payload) != 8:
            raise Broken(frames.FRAME_SIZE_ERROR)
        if number_:
            raise Broken(frames.PROTOCOL_ERROR)
        if not flags & frames.ACK:
            self.streams.put(frame(frames.PING, frames.ACK, 0, payload))

    def _on_window(self, flags: int, number_: int, payload: bytes) -> None:
        if len(payload) != 4:
            raise Broken(frames.FRAME_SIZE_ERROR)
        more = int.from_bytes(payload, "big") & LARGEST_WINDOW
        if not more or number_ > self.last:
            raise Broken(frames.PROTOCOL_ERROR)
        self.streams.widen(number_, more)
        self.streams.go_on()

    def _on_priority(self, flags: int, number_: int, payload: bytes) -> None:
        if len(payload) != 5:
            raise Broken(frames.FRAME_SIZE_ERROR)

    def _on_push(self, flags: int, number_: int, payload: bytes) -> None:
        raise Broken(frames.PROTOCOL_ERROR)  # a client has nothing to push

    def _posted(self, stream: Stream) -> None:
        outcome = stream.whole()
        if isinstance(outcome, Refusal):
            self.refuse(stream, outcome, ended=True)
        else:
            self._request(stream, outcome)

    def _request(self, stream: Stream, question: Question) -> None:
        self._close_for_reading(stream)
        self.requests.append((stream, question))

    def _reset(self, stream: Stream, code: int) -> None:
        self._close_for_reading(stream)
        self.streams.reset(stream.number, code)

    def _close_for_reading(self, stream: Stream) -> None:
        stream.asked = True
        if stream.taken:
            self._has_read(stream.taken)
            stream.taken, stream.body = 0, bytearray()

    def _has_read(self, octets: int) -> None:
        self._read += octets
        if self._read >= WINDOW // 2:
            self.streams.put(frame(frames.WINDOW_UPDATE, 0, 0, number(self._read)))
            self._room += self._read
            self._read = 0


_OTHERS: Final[dict[int, Callable[[Session, int, int, bytes], None]]] = {
    frames.PRIORITY: Session._on_priority,
    frames.RST_STREAM: Session._on_reset,
    frames.SETTINGS: Session._on_settings,
    frames.PUSH_PROMISE: Session._on_push,
    frames.PING: Session._on_ping,
    frames.WINDOW_UPDATE: Session._on_window,
}
