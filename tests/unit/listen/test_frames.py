"""Frames as they stand on the wire; hpack reads our header blocks."""

import pytest
from hpack import Decoder

from blocker.listen import frames
from blocker.listen.doh import Refusal


def decoded(block: bytes) -> dict[str, str]:
    return {str(name): str(value) for name, value in Decoder().decode(block)}


def test_a_frame_has_its_length_in_front() -> None:
    assert frames.frame(frames.DATA, 1, 3, b"abc") == b"\x00\x00\x03\x00\x01\x00\x00\x00\x03abc"
    assert frames.frame(frames.DATA, 0, 1, bytes(16_384))[:3] == b"\x00\x40\x00"
    assert (
        frames.settings((4, 65_536))
        == b"\x00\x00\x06\x04\x00" + bytes(4) + b"\x00\x04\x00\x01\x00\x00"
    )
    assert frames.read_settings(b"\x00\x04\x00\x01\x00\x00") == [(4, 65_536)]
    assert frames.reset(5, 8) == b"\x00\x00\x04\x03\x00\x00\x00\x00\x05\x00\x00\x00\x08"


def test_answers_have_the_headers_of_rfc_8484() -> None:
    assert decoded(frames.answer_block(468, 30)) == {
        ":status": "200",
        "content-type": "application/dns-message",
        "cache-control": "max-age=30",
        "content-length": "468",
    }


def test_refusals_say_what_is_allowed() -> None:
    said = decoded(frames.refusal_block(Refusal(405, "no"), 3))
    assert (said[":status"], said["allow"], said["cache-control"]) == (
        "405",
        "GET, HEAD, POST",
        "no-store",
    )
    assert "allow" not in decoded(frames.refusal_block(Refusal(404, "no"), 3))


def test_padding_is_taken_off() -> None:
    assert frames.unpadded(0, b"abc") == b"abc"
    assert frames.unpadded(frames.PADDED, b"\x02abc\x00\x00") == b"abc"
    assert frames.unpadded(frames.PADDED, b"\x00") == b""
    for wrong in (b"", b"\x01", b"\x05abc"):
        with pytest.raises(frames.Broken):
            frames.unpadded(frames.PADDED, wrong)
