"""URLs of upstreams."""

import pytest

from blocker.upstream.stream import StreamUpstream
from blocker.upstream.udp import UdpUpstream
from blocker.upstream.url import upstream_from_url
from tests.support.asking import clock


def test_each_scheme_has_its_kind() -> None:
    udp = upstream_from_url("udp://192.0.2.53", clock)
    tcp = upstream_from_url("tcp://[2001:db8::53]:5353", clock)
    assert isinstance(udp, UdpUpstream)
    assert isinstance(tcp, StreamUpstream)
    assert (udp.url, udp.name) == ("udp://192.0.2.53", "192.0.2.53#53")
    assert tcp.name == "2001:db8::53#5353"
    tls = upstream_from_url("tls://9.9.9.9#dns.quad9.net", clock)
    assert (type(tls).__name__, tls.name) == ("TlsUpstream", "9.9.9.9#853")


@pytest.mark.parametrize(
    "url,complaint",
    [
        ("quic://192.0.2.53", "does not begin with"),
        ("tls://192.0.2.53", "write tls://192.0.2.53#and.its.name"),
        ("tcp://192.0.2.53#dns.example", "write tcp://192.0.2.53$"),
        ("tls://192.0.2.53#pin-sha256:AA", "is no pin"),
        ("192.0.2.53", "does not begin with"),
        ("udp://192.0.2.53/path", "write udp://192.0.2.53"),
        ("udp://resolver.example", "resolver.example"),
        ("udp://192.0.2.53:70000", "Port out of range"),
    ],
)
def test_what_is_wrong_is_said(url: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        upstream_from_url(url, clock)
