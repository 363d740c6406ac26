"""Questions as HTTP/2 requests on one connection: POST, a stream for each (RFC 8484, RFC 9113).

Rule: only what DNS needs. There is no redirect, no cookie, no compression and no cache, so none of
them can mislead; a response that is too long or not DNS ends its stream, not the connection.
"""

import logging
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Final, Protocol

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    Event,
    RemoteSettingsChanged,
    ResponseReceived,
    StreamEnded,
    StreamReset,
)
from h2.exceptions import ProtocolError
from h2.settings import SettingCodes, Settings

from blocker.upstream.base import Clock
from blocker.upstream.connection import Channel, Connection, Owner
from blocker.upstream.endpoint import Endpoint

MEDIA_TYPE: Final = "application/dns-message"
LONGEST: Final = 65_535  # octets of an answer
_CONFIGURATION: Final = H2Configuration(
    client_side=True,
    header_encoding=None,
    # Ours are the same each time, and right.
    validate_outbound_headers=False,
    normalize_outbound_headers=False,
)
_SETTINGS: Final = {
    SettingCodes.ENABLE_PUSH: 0,
    SettingCodes.MAX_CONCURRENT_STREAMS: 100,  # of the server's, which it has none of
    SettingCodes.MAX_HEADER_LIST_SIZE: 16_384,
}
_BEFORE_TOLD: Final = 100  # requests at once; no server should take fewer (RFC 9113 section 6.5.2)
_LAST_STREAM: Final = 2**31 - 3  # then a new connection has to be made

log = logging.getLogger(__name__)


class Response:
    """What the server says to one request, as far as it has come."""

    def __init__(self, token: bytes) -> None:
        self.token = token
        self.status = ""
        self.headers: dict[str, str] = {}
        self.body = bytearray()

    @property
    def fault(self) -> str:
        """Why it is no answer; empty when it may be one."""
        if self.status != "200":
            return f"HTTP {self.status}"
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        return "" if kind == MEDIA_TYPE else f"sent {kind or 'nothing'}"[:60]

    @property
    def age(self) -> int:
        """Seconds that a cache on the way has kept it (RFC 8484 section 5.1)."""
        age = self.headers.get("age", "")
        return int(age) if age.isdecimal() and len(age) < 10 else 0


class Listener(Owner, Protocol):
    """Who is told what the server says."""

    def responded(self, connection: "Http2Connection", response: Response) -> None: ...

    def broken(self, connection: "Http2Connection", token: bytes, reason: str) -> None:
        """The request with this token has no response, and the server knows."""

    def refused(self, connection: "Http2Connection", token: bytes, *, crowded: bool) -> None:
        """The server has not looked at the request. crowded: because of others, which it has."""


class Http2Connection(Connection):
    """A connection of requests. Those that there is no room for yet wait here, in order."""

    def __init__(
        self,
        endpoint: Endpoint,
        owner: Listener,
        clock: Clock,
        channel: Channel,
        target: tuple[str, str],
    ) -> None:
        """target: the authority and the path of the URL."""
        super().__init__(endpoint, owner, clock, channel)
        self._listener = owner
        self._http = H2Connection(_CONFIGURATION)
        authority, path = target
        self._headers = (
            (":method", "POST"), (":scheme", "https"), (":authority", authority),
            (":path", path), ("accept", MEDIA_TYPE), ("content-type", MEDIA_TYPE),
        )  # fmt: skip
        self._most = _BEFORE_TOLD
        self._waiting: deque[tuple[bytes, bytes]] = deque()
        self._responses: dict[int, Response] = {}

    def request(self, token: bytes, message: bytes) -> None:
        """Ask; what becomes of it is told with the token."""
        self._waiting.append((token, message))
        if self.ready:
            self._pump()

    def forget(self) -> None:
        """Cancel the requests that nobody waits for any more: each holds one of few streams."""
        if self.closed:
            return
        withdrawn = [
            stream
            for stream, response in self._responses.items()
            if response.token not in self.pending
        ]
        for stream in withdrawn:
            self._cancel(stream)
        if withdrawn:
            self._pump()

    def begin(self) -> None:
        self._http.local_settings = Settings(initial_values=_SETTINGS)
        self._http.initiate_connection()
        self._pump()

    def hear(self, octets: bytes) -> None:
        try:
            events = self._http.receive_data(octets)
        except Exception as error:  # whatever a peer sends, it ends here
            reason = str(error) if isinstance(error, ProtocolError) else type(error).__name__
            self.finish(f"http/2: {reason}"[:80])
            return
        for event in events:
            if self.closed:
                return
            try:
                self._on(event)
            except Exception:
                log.exception("an upstream's response could not be dealt with")
        if not self.closed:
            self._pump()

    def _on(self, event: Event) -> None:
        match event:
            case ResponseReceived():
                if response := self._responses.get(event.stream_id):
                    response.headers = dict(_text(event.headers))
                    response.status = response.headers.get(":status", "")
            case DataReceived():
                self._on_data(event)
            case StreamEnded():
                if response := self._responses.pop(event.stream_id, None):
                    self.note_answer()
                    self._listener.responded(self, response)
            case StreamReset():
                if response := self._responses.pop(event.stream_id, None):
                    self._on_reset(response.token, event.error_code)
            case RemoteSettingsChanged():
                self._most = self._http.remote_settings.max_concurrent_streams
            case ConnectionTerminated():
                # Streams that the server has taken might end, but h2 reads no more of them.
                self.finish("connection closed")

    def _on_reset(self, token: bytes, code: ErrorCodes | int | None) -> None:
        if code == ErrorCodes.REFUSED_STREAM:  # RFC 9113 section 8.7
            under_way = len(self._responses)
            self._most = max(1, min(self._most, under_way))
            self._listener.refused(self, token, crowded=under_way > 0)
        else:
            name = code.name if isinstance(code, ErrorCodes) else str(code)
            self._listener.broken(self, token, f"http/2: {name.lower()}")

    def _on_data(self, event: DataReceived) -> None:
        # Also of what is not wanted: else the server has no room left for the answers that are.
        self._http.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        response = self._responses.get(event.stream_id)
        if response is not None:
            response.body += event.data
            if len(response.body) > LONGEST:
                self._cancel(event.stream_id)
                self._listener.broken(self, response.token, "sent too much")

    def _end(self, reason: str) -> None:
        super()._end(reason)
        # It holds methods of its own, a cycle as in blocker/transports.py, and 20 KB with that.
        vars(self._http).clear()

    def _cancel(self, stream: int) -> None:
        del self._responses[stream]
        with suppress(ProtocolError):  # it was closed by an event that is still to be looked at
            self._http.reset_stream(stream, ErrorCodes.CANCEL)

    def _pump(self) -> None:
        """Send what there is room for."""
        http = self._http
        while self._waiting and len(self._responses) < self._most:
            token, message = self._waiting[0]
            stream = http.get_next_available_stream_id()
            if stream >= _LAST_STREAM:
                self.finish("connection closed")
                return
            window = min(
                http.outbound_flow_control_window, http.remote_settings.initial_window_size
            )
            if window < len(message):
                break  # until the server has taken in what was sent
            self._waiting.popleft()
            attempt = self.pending.get(token)
            if attempt is None or attempt.exchange.done:
                continue  # nobody waits for it any more
            http.send_headers(stream, self._headers)
            http.send_data(stream, message, end_stream=True)
            self._responses[stream] = Response(token)
        self._say_what_is_due()

    def _say_what_is_due(self) -> None:
        if octets := self._http.data_to_send():
            self.say(octets)


def _text(headers: Iterable[tuple[bytes | str, bytes | str]]) -> Iterator[tuple[str, str]]:
    for name, value in headers:
        yield (
            name.decode("latin-1") if isinstance(name, bytes) else name,
            value.decode("latin-1") if isinstance(value, bytes) else value,
        )
