"""From frames to requests, and what a client may not do (RFC 9113)."""

import pytest
from hpack import Encoder

from blocker.listen import frames, session
from blocker.listen.frames import Broken, frame, number
from blocker.listen.session import Session
from tests.support.http2 import POST
from tests.support.packets import query

MESSAGE = query("www.example.com", packet_id=0)
HEAD = [*POST[:3], (":path", "/dns-query"), *POST[3:]]
BOTH = frames.END_HEADERS | frames.END_STREAM


class Played:
    """A session that was greeted; `play` hands frames in and tells what was asked."""

    def __init__(self) -> None:
        self.session = Session()
        self.encoder = Encoder()
        self.play(frames.PREFACE + frames.settings())
        self.session.streams.ready()

    def play(self, *octets: bytes) -> list[bytes]:
        take(self.session, b"".join(octets))
        asked = [question.message for _, question in self.session.requests]
        self.session.requests.clear()
        return asked

    def said(self) -> bytes:
        return b"".join(self.session.streams.ready())

    def head(self, stream: int, flags: int = frames.END_HEADERS) -> bytes:
        return frame(frames.HEADERS, flags, stream, self.encoder.encode(HEAD))

    def breaks(self, *octets: bytes) -> int:
        with pytest.raises(Broken) as caught:
            self.play(*octets)
        return caught.value.code


def take(made: Session, octets: bytes) -> None:
    received, at = bytearray(octets), 0
    while (end := made.take(received, at, 0.0)) != at:
        at = end


def data(stream: int, body: bytes, flags: int = frames.END_STREAM) -> bytes:
    return frame(frames.DATA, flags, stream, body)


def test_a_body_in_pieces_with_padding_and_a_trailer() -> None:
    played = Played()
    pieces = [
        played.head(1),
        data(1, MESSAGE[:5], 0),
        frame(frames.DATA, frames.PADDED, 1, b"\x03" + MESSAGE[5:] + bytes(3)),
    ]
    assert played.play(*pieces) == []
    trailer = played.encoder.encode([("x", "y")])
    assert played.play(frame(frames.HEADERS, BOTH, 1, trailer)) == [MESSAGE]


def test_a_head_in_pieces_with_priority() -> None:
    played = Played()
    block = bytes(5) + played.encoder.encode(HEAD)
    parts = [
        frame(frames.HEADERS, frames.WITH_PRIORITY, 1, block[:7]),
        frame(frames.CONTINUATION, 0, 1, block[7:9]),
        frame(frames.CONTINUATION, frames.END_HEADERS, 1, block[9:]),
    ]
    assert played.play(*parts, data(1, MESSAGE)) == [MESSAGE]


def test_bodies_side_by_side() -> None:
    played = Played()
    assert played.play(played.head(1), played.head(3)) == []
    assert played.play(data(3, MESSAGE)) == [MESSAGE]
    assert played.play(data(1, MESSAGE)) == [MESSAGE]


def test_frames_that_nobody_knows_are_passed_over() -> None:
    played = Played()
    assert played.play(frame(77, 255, 9, b"?"), played.head(1), data(1, MESSAGE)) == [MESSAGE]


def test_a_length_that_does_not_fit_is_told() -> None:
    played = Played()
    block = played.encoder.encode([*HEAD, ("content-length", "5")])
    assert played.play(frame(frames.HEADERS, 4, 1, block), data(1, MESSAGE)) == []
    assert b"Content-Length" in played.said()


@pytest.mark.parametrize(
    "octets, code",
    [
        (b"GET / HTTP/1.1\r\n\r\n", frames.PROTOCOL_ERROR),
        (frames.PREFACE + frame(frames.PING, 0, 0, bytes(8)), frames.PROTOCOL_ERROR),
        (frames.PREFACE + frame(frames.SETTINGS, 0, 0, bytes(5)), frames.FRAME_SIZE_ERROR),
    ],
)
def test_a_wrong_beginning(octets: bytes, code: int) -> None:
    made = Session()
    with pytest.raises(Broken) as caught:
        take(made, octets)
    assert caught.value.code == code


def setting(key: int, value: int) -> bytes:
    return frames.settings((key, value))


@pytest.mark.parametrize(
    "octets, code",
    [
        (frame(frames.DATA, 0, 0, b"x"), frames.PROTOCOL_ERROR),
        (frame(frames.DATA, 0, 1, b"x"), frames.PROTOCOL_ERROR),
        (frame(frames.HEADERS, BOTH, 2, b"\x82"), frames.PROTOCOL_ERROR),
        (frame(frames.HEADERS, BOTH, 0, b"\x82"), frames.PROTOCOL_ERROR),
        (frame(frames.HEADERS, BOTH, 1, b"\xff"), frames.COMPRESSION_ERROR),
        (frame(frames.HEADERS, BOTH | frames.WITH_PRIORITY, 1, b"x"), frames.FRAME_SIZE_ERROR),
        (frame(frames.CONTINUATION, 4, 1, b"\x82"), frames.PROTOCOL_ERROR),
        (frame(frames.HEADERS, 0, 1, b"\x82") + frame(6, 0, 0, bytes(8)), frames.PROTOCOL_ERROR),
        (frame(frames.HEADERS, 0, 1, b"\x82") + frame(9, 4, 3, b"\x82"), frames.PROTOCOL_ERROR),
        (frame(frames.PUSH_PROMISE, 4, 1, bytes(4)), frames.PROTOCOL_ERROR),
        (frame(frames.RST_STREAM, 0, 1, bytes(4)), frames.PROTOCOL_ERROR),
        (frame(frames.RST_STREAM, 0, 1, bytes(3)), frames.FRAME_SIZE_ERROR),
        (frame(frames.PING, 0, 0, bytes(7)), frames.FRAME_SIZE_ERROR),
        (frame(frames.PING, 0, 1, bytes(8)), frames.PROTOCOL_ERROR),
        (frame(frames.PRIORITY, 0, 1, bytes(4)), frames.FRAME_SIZE_ERROR),
        (frame(frames.SETTINGS, 0, 1), frames.PROTOCOL_ERROR),
        (frame(frames.SETTINGS, frames.ACK, 0, bytes(6)), frames.FRAME_SIZE_ERROR),
        (setting(frames.ENABLE_PUSH, 2), frames.PROTOCOL_ERROR),
        (setting(frames.INITIAL_WINDOW_SIZE, 1 << 31), frames.FLOW_CONTROL_ERROR),
        (setting(frames.MAX_FRAME_SIZE, 100), frames.PROTOCOL_ERROR),
        (frame(frames.WINDOW_UPDATE, 0, 0, number(0)), frames.PROTOCOL_ERROR),
        (frame(frames.WINDOW_UPDATE, 0, 9, number(1)), frames.PROTOCOL_ERROR),
        (frame(frames.WINDOW_UPDATE, 0, 0, bytes(3)), frames.FRAME_SIZE_ERROR),
        (frame(frames.WINDOW_UPDATE, 0, 0, number(2**31 - 1)), frames.FLOW_CONTROL_ERROR),
        (b"\x00\x40\x01\x00\x00\x00\x00\x00\x01", frames.FRAME_SIZE_ERROR),
    ],
)
def test_what_breaks_the_protocol(octets: bytes, code: int) -> None:
    assert Played().breaks(octets) == code


def test_streams_do_not_come_back() -> None:
    played = Played()
    played.play(played.head(5), data(5, MESSAGE))
    stream = played.session.streams.open[5]
    played.session.streams.answer(stream, b"\x88", MESSAGE)
    assert played.breaks(played.head(5, BOTH)) == frames.STREAM_CLOSED


def test_more_streams_than_allowed_are_refused_and_can_be_asked_again() -> None:
    played = Played()
    heads = [played.head(2 * n + 1) for n in range(session.STREAMS + 1)]
    played.play(*heads)
    last = 2 * session.STREAMS + 1
    assert frames.reset(last, frames.REFUSED_STREAM) in played.said()
    assert played.play(data(1, MESSAGE)) == [MESSAGE]


def test_more_body_than_the_window_is_an_error_and_more_than_a_message_is_refused() -> None:
    played = Played()
    piece = data(1, bytes(16_384), 0)
    played.play(played.head(1), piece * 3, data(1, bytes(16_383), 0))
    assert played.said() == b""
    played.play(data(1, b"x", 0))
    assert b"65535 octets" in played.said()
    assert played.play(data(1, b"x")) == []  # passed over
    crowd = Played()
    crowd.play(*(crowd.head(2 * n + 1) for n in range(9)))
    bodies = [data(2 * n + 1, bytes(16_000), 0) for n in range(9)]
    assert crowd.breaks(*bodies) == frames.FLOW_CONTROL_ERROR


def test_what_was_read_makes_room_for_more() -> None:
    played = Played()
    for each in range(200):
        stream = 2 * each + 1
        assert played.play(played.head(stream), data(stream, MESSAGE + bytes(4_000)))
        played.session.streams.drop(stream)
    assert frame(frames.WINDOW_UPDATE, 0, 0, b"")[3:] in played.said()


FLOODS = {
    "ping": frame(frames.PING, 0, 0, bytes(8)),
    "settings": frames.settings(),
    "priority": frame(frames.PRIORITY, 0, 1, bytes(5)),
    "window": frame(frames.WINDOW_UPDATE, 0, 0, number(1)),
    "unknown": frame(99, 0, 0),
}


@pytest.mark.parametrize("name", FLOODS)
def test_floods_of_frames_that_ask_nothing(name: str) -> None:
    assert Played().breaks(FLOODS[name] * (session.IDLE_FRAMES + 1)) == frames.ENHANCE_YOUR_CALM


def test_floods_of_a_head_that_never_ends() -> None:
    # CVE-2024-27316: small or large continuations.
    small, large = Played(), Played()
    begin = frame(frames.HEADERS, 0, 1, b"\x82")
    assert small.breaks(begin, frame(9, 0, 1) * 1_001) == frames.ENHANCE_YOUR_CALM
    assert large.breaks(begin, frame(9, 0, 1, bytes(9_000)) * 2) == frames.ENHANCE_YOUR_CALM


def test_floods_of_empty_bodies() -> None:
    played = Played()
    played.play(played.head(1))
    assert played.breaks(data(1, b"", 0) * 1_100) == frames.ENHANCE_YOUR_CALM


def test_floods_of_resets() -> None:
    # CVE-2023-44487: what a request gives, its reset takes; so they do not go on for ever.
    played = Played()
    block = [played.head(2 * n + 1) + frames.reset(2 * n + 1, 8) for n in range(20_000)]
    for octets in block[:50]:
        played.play(octets)
    assert len(played.session.streams.open) == 0
    assert played.breaks(*block[50:]) == frames.ENHANCE_YOUR_CALM


def test_a_body_that_does_not_come_is_overdue() -> None:
    played = Played()
    played.play(played.head(1), played.head(3), data(3, MESSAGE))
    assert [each.number for each in played.session.overdue(1.0)] == [1]
    assert played.session.overdue(-1.0) == []
