"""`upstreams:` the resolvers that are asked about names nobody blocks: udp, tcp, tls, https."""

import base64
import binascii
import re
from collections.abc import Sequence
from typing import Annotated, Any, Final
from urllib.parse import SplitResult, urlsplit

from pydantic import BeforeValidator, model_validator

from blocker.config.section import Section
from blocker.config.units import Endpoint, Zone, ip_address, port_number
from blocker.userrules import domain_name

HTTPS: Final = "https"
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
    """Where the URL leads; of `https://` the host may be a name."""
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
    if parts.scheme not in (*PORTS, HTTPS) or not parts.netloc:
        message = (
            f"{url} does not begin with udp://, tcp://, tls:// or https://; "
            "write one like udp://192.0.2.53"
        )
        raise ValueError(message)
    if parts.scheme == HTTPS:
        return _server(url, parts)
    endpoint = _endpoint(url, parts)
    if parts.scheme == "tls":
        _identity(url, parts)
    return endpoint


def _server(url: str, parts: SplitResult) -> Endpoint:
    """Host and port of an https:// URL."""
    match = _BRACKETED.match(parts.netloc) or _PLAIN.match(parts.netloc)
    host, port = match.groups() if match else (parts.netloc, None)
    if match is None or "@" in parts.netloc or parts.query or parts.fragment or "{" in parts.path:
        message = (
            f"{url} has more than a host, a port and a path; write {HTTPS}://dns.example/dns-query"
        )
        raise ValueError(message)
    if not parts.path.strip("/"):
        message = f"{url} has no path; write {HTTPS}://{parts.netloc}/dns-query"
        raise ValueError(message)
    if ip_address(host) is None:
        domain_name(host)
    return Endpoint(host, 443 if port is None else port_number(port))


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


def _address(written: Any) -> str:
    """One address of a server that is known by its name."""
    address = ip_address(written) if isinstance(written, str) else None
    if address is None or address.is_unspecified or address.is_multicast:
        message = f"{written} is not the address of a server; write one like 192.0.2.53"
        raise ValueError(message)
    return str(address)


class Upstream(Section):
    """One resolver; written as its URL, or as a mapping.

    With `zones` it is asked about the names in these, and about no others. `addresses` say where a
    server of an https:// URL is; without them the other upstreams are asked.
    """

    url: Annotated[str, BeforeValidator(upstream_url)]
    addresses: tuple[Annotated[str, BeforeValidator(_address)], ...] = ()
    zones: tuple[Zone, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _from_url_alone(cls, written: Any) -> Any:
        return written if isinstance(written, dict) else {"url": written}

    @model_validator(mode="after")
    def _addresses_where_there_is_a_name(self) -> "Upstream":
        if self.addresses and ip_address(address_of(self.url).host) is not None:
            raise ValueError("has its address in the URL; leave addresses out")
        return self

    @property
    def endpoints(self) -> list[Endpoint]:
        """The addresses and the port that are asked, as far as they are known here."""
        where = address_of(self.url)
        if ip_address(where.host) is not None:
            return [where]
        return [Endpoint(address, where.port) for address in self.addresses]


# Non-profits both, under Swiss and Czech law, that validate DNSSEC: the Quad9 foundation, which
# keeps no addresses of those who ask; and CZ.NIC, who run the registry of .cz.
DEFAULT_UPSTREAMS: Final = (
    Upstream(url="tls://9.9.9.9#dns.quad9.net"),
    Upstream(url="tls://193.17.47.1#odvr.nic.cz"),
)


def bootstrap_of(upstreams: Sequence[Upstream]) -> list[str]:
    """Whom to ask where a server known by name is: upstreams that are known by address.

    Never this machine's resolver, which may be us. If all are known by name, the built-in ones.
    """
    known = [each.url for each in upstreams if not each.zones and not each.url.startswith(HTTPS)]
    return known or [each.url for each in DEFAULT_UPSTREAMS]
