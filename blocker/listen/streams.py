"""Streams of an HTTP/2 connection, and what may be sent on them (RFC 9113 section 6.9).

Rule: what a client's windows do not let through waits, up to a bound.
"""

from dataclasses import dataclass, field
from typing import Final

from blocker.listen import frames
from blocker.listen.doh import Question, Refusal, posted
from blocker.listen.frames import FIRST_WINDOW, LARGEST_WINDOW, Broken, frame

UNSENT: Final = 256 << 10  # octets of answers that wait for the client's windows


@dataclass(slots=True, eq=False)
class Stream:
    """One request, and its answer."""

    number: int
    window: int  # octets we may send
    since: float
    question: Question | None = None  # of a POST, whose body is to come
    length: int | None = None  # that was announced for it
    body: bytearray = field(default_factory=bytearray)
    taken: int = 0  # octets of frames, not yet told to have been read
    asked: bool = False  # no more is read
    bare: bool = False  # asked by HEAD: its answer has no content
    wished: int = 0  # beside the answer: core/options.py
    unsent: bytes = b""

    def whole(self) -> Question | Refusal:
        """What it asks, now that its body is there."""
        if self.length is not None and self.length != len(self.body):
            return Refusal(400, "the body is not as long as Content-Length says")
        return posted(self.question or Question(b""), bytes(self.body))


class Streams:
    """Those that are open, and the frames that are ready to go out."""

    def __init__(self) -> None:
        self.open: dict[int, Stream] = {}
        self.unsent = 0
        self._window = FIRST_WINDOW  # octets we may send on all together
        self._first_window = FIRST_WINDOW
        self._largest = frames.LARGEST_FRAME
        self.octets = 0  # that are ready
        self._ready: list[bytes] = []

    def begin(self, number: int, now: float) -> Stream:
        stream = self.open[number] = Stream(number, self._first_window, now)
        return stream

    def put(self, *octets: bytes) -> None:
        self._ready += octets
        for each in octets:
            self.octets += len(each)

    def ready(self) -> list[bytes]:
        """What is to be written now, each answer by itself."""
        ready = self._ready
        self._ready, self.octets = [], 0
        return ready

    def answer(self, stream: Stream, block: bytes, content: bytes) -> None:
        """A header, then as much of the content as both windows let through."""
        if stream.bare:
            flags = frames.END_HEADERS | frames.END_STREAM
            self.put(frame(frames.HEADERS, flags, stream.number, block))
            self.drop(stream.number)
            return
        head = frame(frames.HEADERS, frames.END_HEADERS, stream.number, block)
        if len(content) <= min(stream.window, self._window, self._largest):  # as nearly always
            self._window -= len(content)
            self.put(head + frame(frames.DATA, frames.END_STREAM, stream.number, content))
            self.drop(stream.number)
            return
        self.put(head)
        self.unsent += len(content)
        stream.unsent = content
        self._go_on(stream)
        if self.unsent > UNSENT:
            self.reset(stream.number, frames.ENHANCE_YOUR_CALM)

    def refuse(self, stream: Stream, refusal: Refusal) -> None:
        text = f"{refusal.text}\n".encode()
        self.answer(stream, frames.refusal_block(refusal, len(text)), text)

    def reset(self, number: int, code: int) -> None:
        self.put(frames.reset(number, code))
        self.drop(number)

    def drop(self, number: int) -> None:
        stream = self.open.pop(number, None)
        if stream is not None:
            self.unsent -= len(stream.unsent)

    def resize(self, size: int) -> None:
        """Of open streams too, by the difference (section 6.9.2)."""
        if size > LARGEST_WINDOW:
            raise Broken(frames.FLOW_CONTROL_ERROR)
        for stream in self.open.values():
            stream.window += size - self._first_window
        self._first_window = size

    def allow_frames_of(self, size: int) -> None:
        if not frames.LARGEST_FRAME <= size < 1 << 24:
            raise Broken(frames.PROTOCOL_ERROR)
        self._largest = size

    def widen(self, number: int, more: int) -> None:
        """Of all together when the number is 0."""
        if not number:
            self._window += more
            if self._window > LARGEST_WINDOW:
                raise Broken(frames.FLOW_CONTROL_ERROR)
        elif (stream := self.open.get(number)) is not None:
            stream.window += more
            if stream.window > LARGEST_WINDOW:
                self.reset(number, frames.FLOW_CONTROL_ERROR)

    def go_on(self) -> None:
        """Send what waited for a window."""
        if self.unsent:
            for stream in [each for each in self.open.values() if each.unsent]:
                self._go_on(stream)

    def _go_on(self, stream: Stream) -> None:
        while stream.unsent and (room := min(stream.window, self._window, self._largest)) > 0:
            part, stream.unsent = stream.unsent[:room], stream.unsent[room:]
            self.unsent -= len(part)
            stream.window -= len(part)
            self._window -= len(part)
            last = 0 if stream.unsent else frames.END_STREAM
            self.put(frame(frames.DATA, last, stream.number, part))
        if not stream.unsent:
            self.drop(stream.number)
