"""The lying upstream by DNS over HTTPS; it breaks HTTP/2 too. Something before it ends TLS."""

import selectors
import socket
from typing import Final

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, RequestReceived, StreamEnded
from h2.exceptions import ProtocolError

from tests.fuzz.corpus import plain_answer, question_of
from tests.fuzz.lying import LyingUpstream

_BREAKS: Final = 0.02  # of the answers that are lies, how many are no answer of HTTP either
_QUIRKS: Final = (
    ("200", "text/html"),
    ("200", ""),
    ("204", "application/dns-message"),
    ("301", "application/dns-message"),
    ("429", "text/plain"),
    ("503", "text/plain"),
)


class LyingHttps(LyingUpstream):
    """As LyingUpstream; what comes over TCP is HTTP/2."""

    def __init__(self, selector: selectors.BaseSelector, seed: int, most: int = 0) -> None:
        super().__init__(selector, seed, most)
        self._sessions: dict[socket.socket, tuple[H2Connection, dict[int, bytearray]]] = {}

    def _stream(self, sock: socket.socket) -> None:
        try:
            octets = sock.recv(65_536)
            if octets and self._hear(sock, octets):
                return
        except (OSError, ProtocolError):
            pass
        self._sessions.pop(sock, None)
        self._hang_up(sock)

    def _hear(self, sock: socket.socket, octets: bytes) -> bool:
        """Whether the connection is still there."""
        if sock not in self._sessions:
            self._sessions[sock] = H2Connection(H2Configuration(client_side=False)), {}
            self._sessions[sock][0].initiate_connection()
        http, asked = self._sessions[sock]
        whole = True
        for event in http.receive_data(octets):
            if isinstance(event, RequestReceived):
                asked[event.stream_id] = bytearray()
            elif isinstance(event, DataReceived) and event.stream_id in asked:
                asked[event.stream_id] += event.data
                http.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            elif isinstance(event, StreamEnded) and event.stream_id in asked:
                whole &= self._reply(http, event.stream_id, bytes(asked.pop(event.stream_id)))
        said = http.data_to_send()
        sock.settimeout(5)
        sock.sendall(said if whole else said + self._random.randbytes(40))
        sock.setblocking(False)
        return whole

    def _reply(self, http: H2Connection, stream: int, packet: bytes) -> bool:
        """Whether HTTP/2 is kept to."""
        lies = self._lies(packet, 1) if self._random.random() < 0.7 else []
        message = lies[0] if lies else plain_answer(packet, question_of(packet))
        odd = bool(lies) and self._random.random() < _BREAKS
        if odd and self._random.random() < 0.3:
            http.reset_stream(stream, self._random.randrange(14))
            return self._random.random() < 0.5
        quirk = self._random.choice(_QUIRKS) if odd else ("200", "application/dns-message")
        http.send_headers(stream, [(":status", quirk[0]), ("content-type", quirk[1])])
        room = min(http.local_flow_control_window(stream), len(message))
        for at in range(0, room, http.max_outbound_frame_size):
            http.send_data(stream, message[at : min(at + http.max_outbound_frame_size, room)])
        if room < len(message):
            http.reset_stream(stream)
        else:
            http.end_stream(stream)
        return True
