"""From `upstreams:` in the configuration to something that can be asked."""

from urllib.parse import urlsplit

from blocker.upstream.base import Clock, Upstream
from blocker.upstream.endpoint import Endpoint
from blocker.upstream.stream import StreamUpstream
from blocker.upstream.udp import UdpUpstream

DNS_PORT = 53


def upstream_from_url(url: str, clock: Clock) -> Upstream:
    """`udp://192.0.2.53`, `tcp://[2001:db8::53]:5353`. ValueError says what is wrong with it."""
    parts = urlsplit(url)
    kinds = {"udp": UdpUpstream, "tcp": StreamUpstream}
    if parts.scheme not in kinds:
        message = f"{url} does not begin with udp:// or tcp://"
        raise ValueError(message)
    if parts.hostname is None or parts.path.strip("/") or parts.query or parts.fragment:
        message = f"{url} is not an address and a port; write {parts.scheme}://192.0.2.53"
        raise ValueError(message)
    port = DNS_PORT if parts.port is None else parts.port
    return kinds[parts.scheme](url, Endpoint.of(parts.hostname, port), clock)
