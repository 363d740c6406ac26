"""tls://: DNS over TLS (RFC 7858). Who answers is checked before anything is asked.

Rule: no question leaves before the peer has shown a certificate for its name, or a key that was
pinned; and there is no way back to clear text. Questions are padded (RFC 8467), so that their
length tells nobody the name.
"""

import base64
import binascii
import hashlib
import math
import ssl
from collections.abc import Iterable
from functools import cache
from typing import Final

from blocker.upstream.base import Clock
from blocker.upstream.channel import TlsChannel
from blocker.upstream.endpoint import Endpoint
from blocker.upstream.stream import StreamUpstream

DOT: Final = "dot"  # its name in ALPN, which servers are not obliged to know
PIN: Final = "pin-sha256:"
LOOK: Final = 600.0  # seconds between two looks at a session

_CERTIFICATE_FIELDS_BEFORE_KEY: Final = 5  # serial, signature, issuer, validity, subject
_VERSION: Final = 0xA0


class Secured:
    """What a peer must show: a certificate for `name`, or a key whose SHA-256 is in `pins`.

    It makes the channels to that peer, which resume an earlier session (RFC 8310 section 5): that
    spares a slow machine the most of a handshake. To look at a session costs 6 KB that CPython
    never gives back (measured: 3.11, OpenSSL 3.0), so the same one serves as long as it is taken.
    """

    def __init__(self, name: str, pins: Iterable[bytes] = (), protocol: str = DOT) -> None:
        self.name = name
        self.protocol = protocol
        self.pins = frozenset(pins)
        self._last: TlsChannel | None = None
        self._session: ssl.SSLSession | None = None
        self._look_due = -math.inf

    def prepare(self) -> None:
        """Read the authorities now, not when the first client waits."""
        client_context(self.protocol, pinned=bool(self.pins))

    def channel(self, now: float) -> TlsChannel:
        """For a new connection. Empty names send no SNI."""
        last = self._last
        if last is not None and last.ready and not last.resumed and now >= self._look_due:
            self._session, self._look_due = last.session, now + LOOK
        context = client_context(self.protocol, pinned=bool(self.pins))
        self._last = TlsChannel(context, self.name, self._fault, self._session)
        return self._last

    def _fault(self, connected: ssl.SSLObject) -> str:
        """Why this peer is not the one; empty when it is.

        Certificates for names have been checked by then: the handshake fails without one.
        """
        if self.protocol != DOT and connected.selected_alpn_protocol() != self.protocol:
            return f"it does not speak {self.protocol}"
        if not self.pins:
            return ""
        certificate = connected.getpeercert(binary_form=True)
        digest = hashlib.sha256(_public_key(certificate)).digest() if certificate else b""
        return "" if digest in self.pins else "not the key that is pinned"


class TlsUpstream(StreamUpstream):
    """A resolver asked over TLS alone. `url` names it: `tls://9.9.9.9#dns.quad9.net`."""

    authenticated = True

    def __init__(self, url: str, endpoint: Endpoint, clock: Clock, identity: str) -> None:
        super().__init__(url, endpoint, clock, secured_by(identity))


def secured_by(identity: str) -> Secured:
    """`dns.quad9.net`, or `pin-sha256:BASE64`, several after commas. ValueError when it is neither.

    The pin is that of RFC 7858 section 4.2: of the public key, as in the certificate.
    """
    if not identity.startswith(PIN):
        return Secured(identity)
    try:
        pins = [
            base64.b64decode(each.removeprefix(PIN), validate=True) for each in identity.split(",")
        ]
    except binascii.Error as error:
        message = f"{identity} is no pin: {error}"
        raise ValueError(message) from None
    if any(len(pin) != hashlib.sha256().digest_size for pin in pins):
        message = f"{identity} is no pin; the SHA-256 of a key has 44 letters in base64"
        raise ValueError(message)
    return Secured("", pins)


@cache  # reading the authorities takes ten milliseconds
def client_context(protocol: str, *, pinned: bool) -> ssl.SSLContext:
    """TLS 1.2 or later; unless a key is pinned, the machine's authorities vouch for the name."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols([protocol])
    if pinned:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _public_key(certificate: bytes) -> bytes:
    """SubjectPublicKeyInfo of a certificate in DER (RFC 5280 section 4.1)."""
    at, _ = _content(certificate, 0)  # Certificate
    at, _ = _content(certificate, at)  # its part that is signed
    if certificate[at] == _VERSION:
        at = _content(certificate, at)[1]
    for _ in range(_CERTIFICATE_FIELDS_BEFORE_KEY):
        at = _content(certificate, at)[1]
    return certificate[at : _content(certificate, at)[1]]


def _content(der: bytes, at: int) -> tuple[int, int]:
    """Where the content of the element at `at` begins, and where it ends."""
    length, start = der[at + 1], at + 2
    if length & 0x80:
        octets = length & 0x7F
        length, start = int.from_bytes(der[start : start + octets], "big"), start + octets
    return start, start + length
