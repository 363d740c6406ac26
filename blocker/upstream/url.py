"""From `upstreams:` in the configuration to something that can be asked."""

from urllib.parse import urlsplit

from blocker.upstream.base import Clock, Upstream
from blocker.upstream.endpoint import Endpoint
from blocker.upstream.stream import StreamUpstream
from blocker.upstream.udp import UdpUpstream

PORTS = {"udp": 53, "tcp": 53, "tls": 853}


def upstream_from_url(url: str, clock: Clock) -> Upstream:
    """`udp://192.0.2.53`, `tcp://[2001:db8::53]:5353`, `tls://9.9.9.9#dns.quad9.net`.

    ValueError says what is wrong with it.
    """
    parts = urlsplit(url)
    scheme = parts.scheme
    if scheme not in PORTS:
        message = f"{url} does not begin with udp://, tcp:// or tls://"
        raise ValueError(message)
    named = bool(parts.fragment)
    if parts.hostname is None or parts.path.strip("/") or parts.query or named != (scheme == "tls"):
        name = "#and.its.name" if scheme == "tls" else ""
        message = f"{url} is not an address and a port; write {scheme}://192.0.2.53{name}"
        raise ValueError(message)
    endpoint = Endpoint.of(parts.hostname, PORTS[scheme] if parts.port is None else parts.port)
    if scheme == "udp":
        return UdpUpstream(url, endpoint, clock)
    if scheme == "tcp":
        return StreamUpstream(url, endpoint, clock)
    from blocker.upstream.tls import TlsUpstream

    return TlsUpstream(url, endpoint, clock, parts.fragment)
