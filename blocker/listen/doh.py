"""What an HTTP request asks, and what it is answered with (RFC 8484).

Rule: nothing but /dns-query is here; whatever else is asked for gets a status that says so, and the
admin API is on no port of this.
"""

import re
from binascii import a2b_base64
from dataclasses import dataclass
from typing import Final

from blocker.core.wire import HEADER
from blocker.listen.connections import is_client_id

ALPN: Final = ("h2", "http/1.1")
PATH: Final = b"/dns-query"
ALLOWED: Final = "GET, HEAD, POST"
MEDIA_TYPE: Final = "application/dns-message"
LARGEST_BODY: Final = 65_535  # RFC 8484 section 6
LONGEST_TARGET: Final = 8_192  # of a GET: no query that can be answered is longer
LARGEST_HEADERS: Final = 16_384  # octets

REASONS: Final = {
    200: "OK",
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    413: "Content Too Large",
    414: "URI Too Long",
    415: "Unsupported Media Type",
    431: "Request Header Fields Too Large",
}

_ORIGIN: Final = re.compile(rb"https?://[^/?]*", re.IGNORECASE)
# What base64 has and base64url has not becomes what neither has (RFC 4648 section 5).
_TO_BASE64: Final = bytes.maketrans(b"-_+/=\n", b"+/!!!!")
_FILLING: Final = (b"", b"!", b"==", b"=")  # by how many characters there are beyond whole groups


@dataclass(frozen=True, slots=True)
class Question:
    """A DNS message, and as whom its client asks; a POST has the message still to come."""

    message: bytes
    client_id: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A status, and a sentence for whoever reads it."""

    status: int
    text: str


TOO_LARGE: Final = Refusal(413, "a DNS message has at most 65535 octets")
TOO_SLOW: Final = Refusal(408, "the request took too long")


def asked(
    method: str, target: bytes, content_type: str = "", length: str = ""
) -> Question | Refusal:
    """What the head of a request comes to; `target` as it is on the wire."""
    if len(target) > LONGEST_TARGET:
        return Refusal(414, "the query is longer than any that can be answered; use POST")
    path, _, query = target.partition(b"?")
    client_id = _client_id(path)
    if client_id is None:
        return Refusal(404, f"DNS over HTTPS is at {PATH.decode()}")
    if method in ("GET", "HEAD"):  # the same, but for the content of the answer (RFC 9110 9.3.2)
        return _from_query(query, client_id)
    if method != "POST":
        return Refusal(405, f"DNS over HTTPS takes {ALLOWED}")
    if content_type.partition(";")[0].strip().lower() != MEDIA_TYPE:
        return Refusal(415, f"a question is of type {MEDIA_TYPE}")
    if length and not (length.isascii() and length.isdigit()):
        return Refusal(400, "Content-Length is no number")
    if length and (len(length) > 9 or int(length) > LARGEST_BODY):
        return TOO_LARGE
    return Question(b"", client_id)


def in_origin_form(target: bytes) -> bytes:
    """A target as it is mostly written, of one that names its server too (RFC 9112 section 3.2.2).
    Which name that is matters as little as which stands in Host.
    """
    origin = _ORIGIN.match(target)
    return target[origin.end() :] if origin else target


def posted(question: Question, body: bytes) -> Question | Refusal:
    """A POST whose body is there."""
    return _whole(body, question.client_id)


def _client_id(path: bytes) -> str | None:
    """Empty for who has none; None for a path that is not ours."""
    if path == PATH:
        return ""
    above, _, last = path.rpartition(b"/")
    client_id = last.decode("ascii", "replace").lower()
    return client_id if above == PATH and is_client_id(client_id) else None


def _from_query(query: bytes, client_id: str) -> Question | Refusal:
    if query[:4] == b"dns=" and b"&" not in query:  # as nearly always
        text = query[4:]
    else:
        values = [part[4:] for part in query.split(b"&") if part[:4] == b"dns="]
        if len(values) != 1:
            return Refusal(400, "a GET has its question as ?dns=, once")
        (text,) = values
    try:
        message = a2b_base64(text.translate(_TO_BASE64) + _FILLING[len(text) & 3], strict_mode=True)
    except ValueError:  # binascii.Error is one
        return Refusal(400, "dns= is not base64url without padding")
    return _whole(message, client_id)


def _whole(message: bytes, client_id: str) -> Question | Refusal:
    if len(message) < HEADER:
        return Refusal(400, "a DNS message has at least 12 octets")
    if len(message) > LARGEST_BODY:
        return TOO_LARGE
    return Question(message, client_id)
