"""Who is asked for the name of a device: the router or a configured upstream, nobody else."""

from pathlib import Path

import pytest

from blocker.devices.router import Router, gateway, router_of
from blocker.link import UpstreamAddress

HEAD = "Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n"
DEFAULT = "eth0 00000000 {} 0003 0 0 {} 00000000 0 0 0\n"
HOME = "eth0 0002A8C0 00000000 0001 0 0 0 00FFFFFF 0 0 0\n"
IPV6 = f"{'0' * 32} 00 {'0' * 32} 00 {{}} 00000400 3 0 00000003 eth0\n"
PUBLIC: list[UpstreamAddress] = [{"url": "udp://9.9.9.9:53"}]


def routed(folder: Path, ipv4: str = "", ipv6: str = "") -> tuple[Path, Path]:
    (folder / "route").write_text(HEAD + HOME + ipv4)
    (folder / "ipv6_route").write_text(ipv6)
    return folder / "route", folder / "ipv6_route"


def test_the_default_gateway_of_the_least_metric(tmp_path: Path) -> None:
    ipv4 = DEFAULT.format("FE02A8C0", 100) + DEFAULT.format("0102A8C0", 0)
    files = routed(tmp_path, ipv4, IPV6.format("fe80" + "0" * 27 + "1"))
    assert gateway(*files) == "192.168.2.1"
    found = router_of("192.168.2.20", PUBLIC, *files)
    assert found == Router("192.168.2.1", 53, "the router, 192.168.2.1")
    assert router_of("fd00::20", PUBLIC, *files) == found


def test_over_ipv6_alone(tmp_path: Path) -> None:
    files = routed(tmp_path, ipv6=IPV6.format("fe80" + "0" * 27 + "1"))
    assert gateway(*files) == "fe80::1%eth0"
    assert gateway(tmp_path / "none", tmp_path / "none") == ""


def test_no_public_resolver_is_asked(tmp_path: Path) -> None:
    at_home = routed(tmp_path, DEFAULT.format("0102A8C0", 0))
    for address in ("8.8.8.8", "2a00::1", "127.0.0.1", "::1"):
        assert router_of(address, PUBLIC, *at_home) is None
    rented = routed(tmp_path, DEFAULT.format("01010101", 0))
    assert router_of("192.168.2.20", PUBLIC, *rented) is None


@pytest.mark.parametrize(
    "url, host, port",
    [("udp://192.168.2.53", "192.168.2.53", 53), ("tcp://[fd00::1]:54", "fd00::1", 54)],
)
def test_an_upstream_for_the_reverse_zone(tmp_path: Path, url: str, host: str, port: int) -> None:
    upstreams: list[UpstreamAddress] = [
        *PUBLIC,
        {"url": "udp://192.0.2.1", "zones": ["192.in-addr.arpa"]},
        {"url": url, "zones": ["lan", "2.168.192.in-addr.arpa"]},
    ]
    found = router_of("192.168.2.20", upstreams, *routed(tmp_path))
    assert found
    assert (found.host, found.port) == (host, port)
    assert "the upstream for its reverse zone" in found.what
    tls: list[UpstreamAddress] = [{"url": "tls://192.0.2.1", "zones": ["in-addr.arpa"]}]
    assert router_of("192.168.2.20", tls, *routed(tmp_path)) is None
