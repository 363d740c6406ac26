"""From `upstreams:` in the configuration to something that can be asked."""

from collections.abc import Sequence
from typing import NotRequired, TypedDict
from urllib.parse import SplitResult, urlsplit

from blocker.upstream.base import Clock, Upstream
from blocker.upstream.endpoint import Endpoint
from blocker.upstream.stream import StreamUpstream
from blocker.upstream.udp import UdpUpstream

PORTS = {"udp": 53, "tcp": 53, "tls": 853, "https": 443}


class Given(TypedDict):
    """An upstream as it was configured."""

    url: str
    addresses: NotRequired[list[str]]  # of a server known by its name
    bootstrap: NotRequired[list[str]]  # else: URLs of upstreams that know where it is


def upstream_from_url(url: str, clock: Clock) -> Upstream:
    """`udp://192.0.2.53`, `tcp://[2001:db8::53]:5353`, `tls://9.9.9.9#dns.quad9.net`.

    ValueError says what is wrong with it.
    """
    return upstream_of({"url": url}, clock)


def upstream_of(given: Given, clock: Clock) -> Upstream:
    """The same, and `https://dns.quad9.net/dns-query`, which takes more than a URL."""
    url = given["url"]
    parts = urlsplit(url)
    scheme = parts.scheme
    if scheme not in PORTS:
        message = f"{url} does not begin with udp://, tcp://, tls:// or https://"
        raise ValueError(message)
    # What is not configured is not loaded: TLS and HTTP/2 are most of a worker's memory.
    if scheme == "https":
        from blocker.upstream.https import HttpsUpstream

        known = given.get("bootstrap", [])
        upstream = HttpsUpstream(
            url, clock, given.get("addresses", []), lambda: _by_address(known, clock)
        )
        upstream.identity += tuple(known)
        return upstream
    endpoint = _endpoint(url, parts)
    if scheme == "udp":
        return UdpUpstream(url, endpoint, clock)
    if scheme == "tcp":
        return StreamUpstream(url, endpoint, clock)
    from blocker.upstream.tls import TlsUpstream

    return TlsUpstream(url, endpoint, clock, parts.fragment)


def _by_address(urls: Sequence[str], clock: Clock) -> list[Upstream]:
    return [upstream_from_url(url, clock) for url in urls]


def _endpoint(url: str, parts: SplitResult) -> Endpoint:
    scheme = parts.scheme
    named = bool(parts.fragment)
    if parts.hostname is None or parts.path.strip("/") or parts.query or named != (scheme == "tls"):
        name = "#and.its.name" if scheme == "tls" else ""
        message = f"{url} is not an address and a port; write {scheme}://192.0.2.53{name}"
        raise ValueError(message)
    return Endpoint.of(parts.hostname, PORTS[scheme] if parts.port is None else parts.port)
