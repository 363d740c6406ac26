"""https://: DNS over HTTPS, as HTTP/2 (RFC 8484). Who answers is checked before anything is asked.

Rule: the answer to a request is held to what any answer is: our question, a response, whole. A
server that says something else, in HTTP or in DNS, has failed, and the next upstream is asked.
"""

from collections.abc import Callable, Sequence
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from blocker.upstream.base import Attempt, Clock, Exchange, Sink, Upstream
from blocker.upstream.bootstrap import Whereabouts
from blocker.upstream.connection import Connection
from blocker.upstream.http2 import Http2Connection, Response
from blocker.upstream.kept import Kept
from blocker.upstream.packet import aged, compose, compose_padded, is_answer, is_bare_refusal
from blocker.upstream.tls import Secured

if TYPE_CHECKING:
    from blocker.upstream.poller import Poller

PORT: Final = 443
HTTP2: Final = "h2"  # its name in ALPN
_NO_ID: Final = b"\x00\x00"  # RFC 8484 section 4.1


class HttpsUpstream(Upstream):
    """A resolver asked over HTTPS: at `addresses`, or where the upstreams of `known` say it is.

    A URL may have the address in the place of the name, as the certificate then must.

    ValueError when the URL is none, or an address is not one.
    """

    authenticated = True

    def __init__(
        self,
        url: str,
        clock: Clock,
        addresses: Sequence[str],
        known: Callable[[], Sequence[Upstream]],
    ) -> None:
        parts = urlsplit(url)
        super().__init__(url, parts.netloc)
        if parts.scheme != "https" or not parts.hostname:
            message = f"{url} is not a URL like https://dns.example/dns-query"
            raise ValueError(message)
        port = PORT if parts.port is None else parts.port
        self.identity = (url, *addresses)
        if _is_address(parts.hostname):
            addresses = [parts.hostname]
        where = Whereabouts(parts.hostname, port, addresses, known, clock)
        secured = Secured(parts.hostname, protocol=HTTP2)
        self._requests = Requests(where, secured, (parts.netloc, parts.path or "/"), clock)

    def open(self, sink: Sink, poller: "Poller") -> None:
        self._requests.open(sink)

    def send(self, exchange: Exchange, now: float, *, edns: bool = True) -> Attempt:
        question = exchange.query.name + exchange.query.question[-4:]
        edns = edns and now >= self.plain_until
        attempt = Attempt(exchange, self, {}, b"", question, now, edns, stream=True)
        self._requests.put(attempt)
        return attempt

    def send_stream(self, exchange: Exchange, now: float) -> Attempt:
        return self.send(exchange, now)

    def timed_out(self, attempt: Attempt, now: float) -> None:
        self._requests.timed_out(attempt, now)

    def sweep(self, now: float) -> None:
        self._requests.sweep()

    def close(self) -> None:
        self._requests.close()


class Requests(Kept[Http2Connection]):
    """The kept connection to a server, wherever that is."""

    def __init__(
        self, where: Whereabouts, secured: Secured, target: tuple[str, str], clock: Clock
    ) -> None:
        super().__init__(clock)
        self._where = where
        self._secured = secured
        self._target = target
        self._number = 0
        self._unplaced: dict[bytes, Attempt] = {}  # asked while the address is looked for

    def open(self, sink: Sink) -> None:
        super().open(sink)
        self._secured.prepare()

    def connect(self) -> Http2Connection:
        endpoint = self._where.first
        assert endpoint is not None  # noqa: S101 - `put` has looked
        channel = self._secured.channel(self._clock())
        return Http2Connection(endpoint, self, self._clock, channel, self._target)

    def put(self, attempt: Attempt) -> None:
        self._number += 1
        token = attempt.packet_id = self._number.to_bytes(8, "big")
        if self._where.first is None:
            self._where.look(self._placed)
            attempt.pending = self._unplaced
            self._unplaced[token] = attempt
            return
        connection = self.connection
        attempt.pending = connection.pending
        connection.pending[token] = attempt
        shape = attempt.exchange.query.key[-1]
        if attempt.edns:
            message = compose_padded(_NO_ID, shape, attempt.question)
        else:
            message = compose(_NO_ID, shape, attempt.question, edns=False)
        connection.request(token, message)

    def responded(self, connection: Http2Connection, response: Response) -> None:
        attempt = connection.pending.pop(response.token, None)
        if attempt is None:
            return
        now = self._clock()
        if fault := response.fault:
            self._sink.failed(attempt, fault, now)
            return
        message = bytes(response.body)
        if message[:2] == _NO_ID and is_answer(message, attempt.question):
            if response.age:
                message = aged(message, attempt.question, response.age)
            self._sink.answered(attempt, message, now)
        elif attempt.edns and is_bare_refusal(message):
            self._sink.ununderstood(attempt, now)
        else:
            self._sink.failed(attempt, "sent nonsense", now)

    def broken(self, connection: Http2Connection, token: bytes, reason: str) -> None:
        attempt = connection.pending.pop(token, None)
        if attempt is not None:
            self.ask_again(attempt, reason, free=False, once=connection.answered > 0)

    def refused(self, connection: Http2Connection, token: bytes, *, crowded: bool) -> None:
        attempt = connection.pending.pop(token, None)
        if attempt is not None:
            self.ask_again(attempt, "http/2: refused_stream", free=crowded, once=True)

    def lost(self, connection: Connection, attempts: Sequence[Attempt], reason: str) -> None:
        if connection.ready:
            self._where.worked()
        else:
            self._where.failed()
        super().lost(connection, attempts, reason)

    def sweep(self) -> None:
        """Tell the server of what nobody waits for any more."""
        for connection in tuple(self._open):
            connection.forget()

    def close(self) -> None:
        self._unplaced.clear()
        self._where.close()
        super().close()

    def _placed(self, trouble: str) -> None:
        """The look-up is over."""
        waiting = list(self._unplaced.values())
        self._unplaced.clear()
        now = self._clock()
        for attempt in waiting:
            if trouble:
                self._sink.failed(attempt, trouble, now)
            elif not attempt.exchange.done:
                self.put_late(attempt)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
