"""One list over HTTP: asked for only if it has changed, redirects followed one by one.

Rule: the first URL is what a person wrote, so it may name an address of his own; each further one
is a stranger's word: https only, to public addresses only, at most five.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final
from urllib.parse import urldefrag, urljoin, urlsplit, urlunsplit

from aiohttp import (
    ClientConnectorCertificateError,
    ClientConnectorError,
    ClientError,
    ClientPayloadError,
    ClientResponse,
    ClientResponseError,
    InvalidURL,
    ServerDisconnectedError,
    SocketTimeoutError,
)

from blocker.download.addresses import is_localhost, literal
from blocker.download.body import Body, too_large
from blocker.download.connect import Network
from blocker.download.source import DownloadError, reason_of, written_host

REDIRECTS: Final = 5
CHUNK: Final = 16 << 10  # octets as they arrived; unpacked, a thousand times as many at most

Arrived = Callable[[int, int | None], object]  # octets so far, and of how many if that is known

_REDIRECTS: Final = frozenset((301, 302, 303, 307, 308))


class Later(DownloadError):
    """The server says when to come again."""

    def __init__(self, text: str, seconds: float) -> None:
        super().__init__(text)
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Validators:
    """What the server told of the copy that is here (RFC 9110 section 8.8)."""

    etag: str = ""
    last_modified: str = ""

    def headers(self) -> dict[str, str]:
        asked = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in asked.items() if value}


async def fetch(
    url: str,
    validators: Validators,
    body: Callable[[str], Body],
    network: Network,
    arrived: Arrived = lambda *_: None,
) -> Validators | None:
    """Feed the list to a Body made for its encoding; None when the server says it is as it was.

    DownloadError says in one line what went wrong.
    """
    try:
        async with (
            asyncio.timeout(network.patience.whole),
            _response(url, validators.headers(), network) as response,
        ):
            if response.status == HTTPStatus.NOT_MODIFIED and validators.headers():
                return None
            _must_be_whole(response)
            await _read(response, body, arrived)
            headers = response.headers
            return Validators(headers.get("ETag", ""), headers.get("Last-Modified", ""))
    except TimeoutError as error:
        raise DownloadError(_slow(error, network)) from error
    except (ClientError, OSError, ValueError) as error:
        raise DownloadError(_reason(error)) from error


@asynccontextmanager
async def _response(
    url: str, headers: dict[str, str], network: Network
) -> AsyncIterator[ClientResponse]:
    """What stands at the end of the redirects."""
    _, host = written_host(url)
    anywhere = literal(host) is not None or is_localhost(host)
    at = url
    for _ in range(REDIRECTS + 1):
        async with (
            network.session(anywhere=anywhere) as session,
            session.get(at, headers=headers, allow_redirects=False) as response,
        ):
            try:
                if response.status not in _REDIRECTS:
                    yield response
                    return
                at, anywhere = _target(at, response), False
            finally:
                _hang_up(response)
    message = f"it redirects more than {REDIRECTS} times"
    raise DownloadError(message)


def _hang_up(response: ClientResponse) -> None:
    """What has not been read will not be: no polite end to a stranger's TLS."""
    connection = response.connection
    if connection is not None and connection.transport is not None:
        connection.transport.abort()


def _target(at: str, response: ClientResponse) -> str:
    try:
        to = urlsplit(urldefrag(urljoin(at, response.headers["Location"])).url)
        host = to.hostname
    except (KeyError, ValueError):
        message = f"it answers {response.status} without saying where to"
        raise DownloadError(message) from None
    bare = urlunsplit(to._replace(netloc=to.netloc.rpartition("@")[2]))  # no password of theirs
    if to.scheme != "https" or not host:
        message = f"it redirects to {bare[:200]}, which is not https"
        raise DownloadError(message)
    return bare


def _must_be_whole(response: ClientResponse) -> None:
    if response.status != HTTPStatus.OK:
        text = f"the server answers {response.status} {response.reason or ''}".rstrip()
        raise Later(text, _retry_after(response.headers.get("Retry-After", "")))
    encoding = response.headers.get("Content-Encoding", "identity").lower()
    if encoding not in ("identity", "gzip", "x-gzip"):
        message = f"it comes as {encoding[:20]!r}, which was not asked for"
        raise DownloadError(message)


async def _read(response: ClientResponse, body: Callable[[str], Body], arrived: Arrived) -> None:
    sink = body(response.headers.get("Content-Encoding", ""))
    whole = response.content_length
    if whole is not None and whole > sink.limit:
        raise DownloadError(too_large(sink.limit))
    arrived(0, whole)
    async for chunk in response.content.iter_chunked(CHUNK):
        sink.feed(chunk)
        arrived(sink.arrived, whole)
        await asyncio.sleep(0)  # unpacking takes time that others have a right to


def _retry_after(said: str) -> float:
    """Seconds (RFC 9110 section 10.2.3); 0 for what cannot be understood."""
    if said.isascii() and said.isdigit():
        return float(said[:9])
    try:
        when = parsedate_to_datetime(said)
        return max(0.0, (when.astimezone(UTC) - datetime.now(UTC)).total_seconds())
    except ValueError:
        return 0.0


def _slow(error: TimeoutError, network: Network) -> str:
    patience = network.patience
    if isinstance(error, SocketTimeoutError):
        return f"the server says nothing for {patience.silence:g} s"
    if isinstance(error, ClientError):
        return f"no connection within {patience.connect:g} s"
    return f"it takes longer than {patience.whole:g} s"


def _reason(error: Exception) -> str:
    """In a few words that a person can act on."""
    match error:
        case ClientConnectorCertificateError():
            return f"its certificate is not to be trusted: {_of_certificate(error)}"
        case ClientConnectorError(os_error=cause):
            return reason_of(cause)
        case ClientPayloadError():
            return "it is truncated: the connection ended before all had come"
        case InvalidURL():
            return f"it leads to {error.url}, which is no address as they are written"
        case ServerDisconnectedError():
            return "the server hangs up without a word"
        case ClientResponseError():
            return "the server does not speak HTTP as it should"
    return str(error) or type(error).__name__


def _of_certificate(error: ClientConnectorCertificateError) -> str:
    cause = error.certificate_error
    return cause.verify_message if isinstance(cause, ssl.SSLCertVerificationError) else str(cause)
