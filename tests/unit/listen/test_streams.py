"""Flow control towards the client (RFC 9113 section 6.9)."""

import pytest

from blocker.listen import frames, streams
from blocker.listen.doh import Question, Refusal
from blocker.listen.streams import Stream, Streams


def payloads(octets: bytes, kind: int) -> list[bytes]:
    found, at = [], 0
    while at < len(octets):
        end = at + 9 + int.from_bytes(octets[at : at + 3], "big")
        if octets[at + 3] == kind:
            found.append(octets[at + 9 : end])
        at = end
    return found


def sent(made: Streams) -> bytes:
    return b"".join(payloads(b"".join(made.ready()), frames.DATA))


def test_an_answer_goes_out_whole_and_its_stream_is_over() -> None:
    made = Streams()
    made.answer(made.begin(1, 0.0), b"\x88", bytes(100))
    ((octets),) = made.ready()
    assert payloads(octets, frames.HEADERS) == [b"\x88"]
    assert payloads(octets, frames.DATA) == [bytes(100)]
    assert not made.open


def test_what_was_asked_by_head_is_answered_by_a_header_alone() -> None:
    made = Streams()
    answered, refused = made.begin(1, 0.0), made.begin(3, 0.0)
    answered.bare = refused.bare = True
    made.answer(answered, b"\x88", bytes(100))
    made.refuse(refused, Refusal(404, "not here"))
    ready = made.ready()
    assert len(ready) == 2
    for octets in ready:
        assert octets[3:5] == bytes((frames.HEADERS, frames.END_HEADERS | frames.END_STREAM))
        assert len(payloads(octets, frames.HEADERS)) == 1
        assert not payloads(octets, frames.DATA)
    assert not made.open


def test_what_is_ready_is_counted() -> None:
    made = Streams()
    made.put(b"abc", b"de")
    made.answer(made.begin(1, 0.0), b"\x88", bytes(100))
    assert made.octets == sum(map(len, made.ready())) == 5 + 10 + 109
    assert made.octets == 0


def test_what_the_windows_do_not_let_through_waits() -> None:
    made = Streams()
    made.resize(10)
    made.answer(made.begin(1, 0.0), b"\x88", b"abcdefghijklmnopqrst")
    assert (sent(made), made.unsent) == (b"abcdefghij", 10)
    made.widen(1, 4)
    made.go_on()
    assert (sent(made), made.unsent) == (b"klmn", 6)
    made.resize(30)  # of the open one too, by the difference
    made.go_on()
    assert (sent(made), made.unsent, made.open) == (b"opqrst", 0, {})


def test_the_window_of_all_is_shared() -> None:
    made = Streams()
    made.resize(100_000)
    made.answer(made.begin(1, 0.0), b"\x88", bytes(65_000))
    made.answer(made.begin(3, 0.0), b"\x88", bytes(1_000))
    assert len(sent(made)) == 65_535
    made.widen(0, 1_000)
    made.go_on()
    assert (len(sent(made)), made.open) == (465, {})


def test_frames_are_as_small_as_the_client_wants() -> None:
    made = Streams()
    made.answer(made.begin(1, 0.0), b"\x88", bytes(40_000))
    parts = payloads(b"".join(made.ready()), frames.DATA)
    assert [len(part) for part in parts] == [16_384, 16_384, 7_232]


def test_what_waits_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "UNSENT", 50)
    made = Streams()
    made.resize(0)
    for stream in (1, 3, 5):
        made.answer(made.begin(stream, 0.0), b"\x88", bytes(20))
    assert frames.reset(5, frames.ENHANCE_YOUR_CALM) in made.ready()
    assert (made.unsent, set(made.open)) == (40, {1, 3})
    made.reset(1, frames.CANCEL)
    assert made.unsent == 20


def test_a_window_that_grows_too_far_ends_its_stream() -> None:
    made = Streams()
    made.begin(1, 0.0)
    made.widen(1, frames.LARGEST_WINDOW)
    assert made.ready() == [frames.reset(1, frames.FLOW_CONTROL_ERROR)]


def test_a_body_is_as_long_as_was_said() -> None:
    stream = Stream(1, 0, 0.0, Question(b"", "anna"), 12, bytearray(12))
    assert stream.whole() == Question(bytes(12), "anna")
    stream.length = 13
    assert isinstance(stream.whole(), Refusal)
