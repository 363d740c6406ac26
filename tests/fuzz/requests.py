"""Packets as requests of DNS over HTTPS: a client of HTTP/2 that never waits (RFC 8484, RFC 9113).

Each packet is a GET or a POST of its own, by turns. It writes frames itself and reads no more of
them than it must: replies, and how much it may send.
"""

import base64
import ssl
import struct
from collections import deque
from random import Random
from typing import Final

from tests.fuzz.wires import Address, Connected

_PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_DATA, _HEADERS, _RESET, _SETTINGS, _GOAWAY, _WINDOW_UPDATE = 0, 1, 3, 4, 7, 8
_END_STREAM, _ACK, _END_HEADERS = 1, 1, 4
_HEAD: Final = 9
_LARGEST_FRAME: Final = 16_384
_FIRST_WINDOW: Final = 65_535
_OURS: Final = 1 << 30  # octets that the server may send
_LONGEST_GET: Final = 5_000  # octets of a packet
_GET, _POST, _HTTPS, _OK = 0x82, 0x83, 0x87, 0x88
_AUTHORITY, _PATH, _CONTENT_TYPE = b"\x01", b"\x04", b"\x0f\x10"  # literals, their names known


class Requests(Connected):
    """HTTP/2 over TLS. What has no answer of status 200 has no reply."""

    stream = True

    def __init__(self, address: Address, tls: ssl.SSLContext) -> None:
        super().__init__(address, tls)
        self._number = -1
        self._room = _FIRST_WINDOW
        self._unsent: deque[tuple[int, bytes]] = deque()  # bodies, by stream
        self._found: dict[int, bytearray] = {}  # bodies of answers
        window = struct.pack(">HI", 4, _OURS)
        more = struct.pack(">I", _OURS)
        self.send_octets(
            _PREFACE + _frame(_SETTINGS, 0, 0, window) + _frame(_WINDOW_UPDATE, 0, 0, more)
        )

    def send(self, packets: list[bytes]) -> None:
        heads = []
        for packet in packets:
            self._number += 2
            if self._number & 2 and len(packet) < _LONGEST_GET:
                text = base64.urlsafe_b64encode(packet).rstrip(b"=")
                block = _block(_GET, b"/dns-query?dns=" + text)
                heads.append(_frame(_HEADERS, _END_STREAM | _END_HEADERS, self._number, block))
            else:
                block = _block(_POST, b"/dns-query")
                block += _CONTENT_TYPE + _text(b"application/dns-message")
                heads.append(_frame(_HEADERS, _END_HEADERS, self._number, block))
                self._unsent.append((self._number, packet))
        self.send_octets(b"".join(heads) + self._bodies())

    def break_off(self, random: Random) -> None:
        """A frame that is none, as the last thing that is said."""
        frame = bytearray(_frame(_HEADERS, _END_HEADERS, self._number + 2, _block(_GET, b"/")))
        for _ in range(random.randrange(1, 4)):
            frame[random.randrange(len(frame))] = random.randrange(256)
        self.send_octets(bytes(frame[: random.randrange(1, len(frame))]))

    def receive(self) -> list[bytes]:
        unread, replies, at = self.read(), [], 0
        while len(unread) >= at + _HEAD:
            size = int.from_bytes(unread[at : at + 3], "big")
            end = at + _HEAD + size
            if len(unread) < end:
                break
            number = int.from_bytes(unread[at + 5 : at + _HEAD], "big")
            reply = self._take(unread[at + 3], unread[at + 4], number, unread[at + _HEAD : end])
            replies += [reply] if reply is not None else []
            at = end
        del unread[:at]
        if self._unsent and (bodies := self._bodies()):
            self.send_octets(bodies)
        return replies

    def _take(self, kind: int, flags: int, number: int, payload: bytearray) -> bytes | None:
        if kind == _GOAWAY:
            raise ConnectionError(f"closed by the server: {bytes(payload)!r}")
        if kind == _WINDOW_UPDATE and not number:
            self._room += int.from_bytes(payload, "big")
        elif kind == _HEADERS and payload[0] == _OK:
            self._found[number] = bytearray()
        elif kind == _DATA and number in self._found:
            self._found[number] += payload
            if flags & _END_STREAM:
                return bytes(self._found.pop(number))
        elif kind == _RESET and number in self._found:
            del self._found[number]
        return None

    def _bodies(self) -> bytes:
        """Of what the server lets through now; a stream's own window is as large as the first."""
        frames = []
        while self._unsent and (self._room or not self._unsent[0][1]):
            number, body = self._unsent.popleft()
            part = body[: min(self._room, _LARGEST_FRAME)]
            rest = body[len(part) :]
            self._room -= len(part)
            frames.append(_frame(_DATA, 0 if rest else _END_STREAM, number, part))
            if rest:
                self._unsent.appendleft((number, rest))
        return b"".join(frames)


def _block(method: int, path: bytes) -> bytes:
    """Nothing in it is put into a table."""
    named = _PATH + _text(path) + _AUTHORITY + _text(b"dns.home.example")
    return bytes((method, _HTTPS)) + named


def _text(octets: bytes) -> bytes:
    """A string that is not coded (RFC 7541 section 5.2)."""
    length, rest = bytearray(), len(octets) - 127
    while rest >= 128:
        length.append(rest & 127 | 128)
        rest >>= 7
    if rest >= 0:
        return b"\x7f" + bytes(length) + bytes((rest,)) + octets
    return bytes((len(octets),)) + octets


def _frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload
