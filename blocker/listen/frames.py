"""Frames of HTTP/2 (RFC 9113 section 6) and the header blocks of our answers (RFC 7541).

Rule: what we send refers to the static table only, so answers need no state; what clients send is
decoded by hpack, with bounds.
"""

from collections.abc import Sequence
from functools import lru_cache
from struct import Struct
from typing import Final

from blocker.listen.doh import ALLOWED, MEDIA_TYPE, Refusal

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY = range(8)
WINDOW_UPDATE, CONTINUATION = 8, 9

END_STREAM: Final = 0x1
ACK: Final = 0x1
END_HEADERS: Final = 0x4
PADDED: Final = 0x8
WITH_PRIORITY: Final = 0x20

NO_ERROR, PROTOCOL_ERROR, _, FLOW_CONTROL_ERROR, _, STREAM_CLOSED, FRAME_SIZE_ERROR = range(7)
REFUSED_STREAM, CANCEL, COMPRESSION_ERROR = 7, 8, 9
ENHANCE_YOUR_CALM: Final = 11

ENABLE_PUSH, MAX_CONCURRENT_STREAMS, INITIAL_WINDOW_SIZE, MAX_FRAME_SIZE = 2, 3, 4, 5
MAX_HEADER_LIST_SIZE: Final = 6

PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
HEAD: Final = 9  # octets before a frame's payload
LARGEST_FRAME: Final = 16_384
FIRST_WINDOW: Final = 65_535
LARGEST_WINDOW: Final = 2**31 - 1

_FRAME: Final = Struct(">HBBBI")  # length in 16 + 8 bits, type, flags, stream
_SETTING: Final = Struct(">HI")

# Indices of the static table (RFC 7541 appendix A), as literals without indexing.
_CONTENT_TYPE, _CACHE_CONTROL, _CONTENT_LENGTH, _ALLOW = 31, 24, 28, 22
_STATUS: Final = 8  # ":status: 200"; with another value, the name only


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    length = len(payload)
    return _FRAME.pack(length >> 8, length & 255, kind, flags, stream) + payload


def settings(*values: tuple[int, int]) -> bytes:
    return frame(SETTINGS, 0, 0, b"".join(_SETTING.pack(key, value) for key, value in values))


def read_settings(payload: bytes) -> Sequence[tuple[int, int]]:
    """The payload's length is a multiple of six."""
    return list(_SETTING.iter_unpack(payload))


def number(value: int) -> bytes:
    """An error code, or what a window grows by."""
    return value.to_bytes(4, "big")


@lru_cache(4096)
def answer_block(length: int, seconds: int) -> bytes:
    """The header of an answer with a DNS message."""
    return (
        bytes((0x80 | _STATUS,))
        + _field(_CONTENT_TYPE, MEDIA_TYPE)
        + _field(_CACHE_CONTROL, f"max-age={seconds}")
        + _field(_CONTENT_LENGTH, str(length))
    )


def refusal_block(refusal: Refusal, length: int) -> bytes:
    """The header of an answer that says why there is none."""
    return (
        _field(_STATUS, str(refusal.status))
        + _field(_CONTENT_TYPE, "text/plain; charset=utf-8")
        + _field(_CACHE_CONTROL, "no-store")
        + _field(_CONTENT_LENGTH, str(length))
        + (_field(_ALLOW, ALLOWED) if refusal.status == 405 else b"")
    )


def _field(name: int, value: str) -> bytes:
    """A literal without indexing, its name from the static table (RFC 7541 section 6.2.2)."""
    index = bytes((name,)) if name < 15 else bytes((15, name - 15))
    return index + bytes((len(value),)) + value.encode()


class Broken(Exception):
    """A client broke the protocol: why the connection ends (RFC 9113 section 7)."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def reset(stream: int, code: int) -> bytes:
    return frame(RST_STREAM, 0, stream, number(code))


def unpadded(flags: int, payload: bytes) -> bytes:
    """Of HEADERS and DATA."""
    if not flags & PADDED:
        return payload
    if not payload or payload[0] >= len(payload):
        raise Broken(PROTOCOL_ERROR)
    return payload[1 : len(payload) - payload[0]]
