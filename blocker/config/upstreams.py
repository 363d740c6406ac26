"""`upstreams:` the resolvers that names nobody blocks are asked from: `udp://`, `tcp://` and `tls://`."""

import base64
import binascii
import re
from typing import Annotated, Any, Final
from urllib.parse import SplitResult, urlsplit

from pydantic import BeforeValidator, model_validator

from blocker.config.section import Section, comes_later
from blocker.config.units import Endpoint, Zone, ip_address, port_number
from blocker.userrules import domain_name

PORTS: Final = {"udp": 53, "tcp": 53, "tls": 853}
PIN: Final = "pin-sha256:"
_PIN_OCTETS: Final = 32

_BRACKETED: Final = re.compile(r"\[([^\]]*)\](?::([^:]*))?\Z")
_PLAIN: Final = re.compile(r"([^:]*)(?::([^:]*))?\Z")


def upstream_url(written: Any) -> str:
    """The URL, if it is one that can be asked; else ValueError with what to write."""
    address_of(written)
    return str(written)


def address_of(url: Any) -> Endpoint:
    """Where the URL leads."""
    if not isinstance(url, str):
        message = f"{url} is not a URL; write one like udp://192.0.2.53"
        raise ValueError(message)
    if (address := ip_address(url.strip("[]"))) is not None:
        message = f"{url} does not say how to ask it; write udp://{_host(str(address))}"
        raise ValueError(message)
    try:
        parts = urlsplit(url)
    except ValueError as error:
        message = f"{url} is not a URL ({error}); write one like udp://192.0.2.53"
        raise ValueError(message) from None
    if parts.scheme == "https":
        message = (
            f"{url} is asked over HTTPS, and that comes with a later release; "
            "write tls://, the resolver's address, # and its name, which is encrypted as well"
        )
        raise ValueError(message)
    if parts.scheme not in PORTS or not parts.netloc:
        message = (
            f"{url} does not begin with udp://, tcp:// or tls://; write one like udp://192.0.2.53"
        )
        raise ValueError(message)
    endpoint = _endpoint(url, parts)
    if parts.scheme == "tls":
        _identity(url, parts)
    return endpoint


def _identity(url: str, parts: SplitResult) -> None:
    """Who it must prove to be: without that, anyone on the way could answer."""
    identity = parts.fragment
    if not identity:
        message = (
            f"{url} does not say who must answer; write {url.rstrip('/#')}#dns.example with the "
            f"name in its certificate, or #{PIN} and the SHA-256 of its key in base64"
        )
        raise ValueError(message)
    if identity.startswith(PIN):
        for pin in identity.split(","):
            if not _is_pin(pin):
                message = f"{pin} is no pin; write {PIN} and the SHA-256 of a key in base64"
                raise ValueError(message)
    elif ip_address(identity) is None:
        domain_name(identity)


def _is_pin(text: str) -> bool:
    try:
        octets = base64.b64decode(text.removeprefix(PIN), validate=True)
    except binascii.Error:
        return False
    return text.startswith(PIN) and len(octets) == _PIN_OCTETS


def _endpoint(url: str, parts: SplitResult) -> Endpoint:
    if (address := ip_address(parts.netloc)) is not None and address.version == 6:
        message = f"{url} needs brackets; write {parts.scheme}://[{address}]"
        raise ValueError(message)
    match = _BRACKETED.match(parts.netloc) or _PLAIN.match(parts.netloc)
    host, port = match.groups() if match else (parts.netloc, None)
    named = parts.fragment and parts.scheme != "tls"
    if parts.path.strip("/") or parts.query or named or "@" in parts.netloc:
        message = f"{url} has more than an address and a port; write {parts.scheme}://{host}"
        raise ValueError(message)
    address = ip_address(host)
    if address is None:
        message = (
            f"{host} is a name, and to find its address would take a resolver; "
            f"write its address, like {parts.scheme}://192.0.2.53"
        )
        raise ValueError(message)
    if address.is_unspecified or address.is_multicast or host == "255.255.255.255":
        message = f"{host} is not the address of one server; write that of a resolver"
        raise ValueError(message)
    return Endpoint(str(address), PORTS[parts.scheme] if port is None else port_number(port))


def _host(address: str) -> str:
    return f"[{address}]" if ":" in address else address


class Upstream(Section):
    """One resolver; written as its URL, or as a mapping.

    With `zones` it is asked about the names in these, and about no others.
    """

    url: Annotated[str, BeforeValidator(upstream_url)]
    addresses: Annotated[
        None, comes_later("it is for upstreams known by name; write the address in the URL")
    ] = None

    zones: tuple[Zone, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _from_url_alone(cls, written: Any) -> Any:
        return written if isinstance(written, dict) else {"url": written}

    @property
    def endpoint(self) -> Endpoint:
        """The address and port that are asked."""
        return address_of(self.url)


# Quad9: a Swiss foundation that keeps no addresses of those who ask, which the law there enforces.
DEFAULT_UPSTREAMS: Final = (
    Upstream(url="udp://9.9.9.9"),
    Upstream(url="udp://149.112.112.112"),
)
