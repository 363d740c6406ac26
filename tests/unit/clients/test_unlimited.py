"""This machine, the router, and whom the configuration names."""

from ipaddress import ip_network
from pathlib import Path

from blocker.clients.unlimited import Unlimited, default_gateways

ROUTES = """\
Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth0\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
eth1\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0
"""
ROUTES_6 = """\
00000000000000000000000000000000 00 00000000000000000000000000000000 00 \
fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth0
fd000000000000000000000000000000 40 00000000000000000000000000000000 00 \
00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0
"""


def test_the_router_is_whom_the_default_route_leads_through(tmp_path: Path) -> None:
    (tmp_path / "route").write_text(ROUTES)
    (tmp_path / "ipv6_route").write_text(ROUTES_6)
    assert default_gateways(tmp_path) == ["192.168.1.1", "fe80::1"]
    unlimited = Unlimited([ip_network("192.168.7.0/24")], tmp_path)
    for client in ("127.0.0.1", "::1", "192.168.1.1", "fe80::1%eth0", "192.168.7.9"):
        assert client in unlimited
    for client in ("192.168.1.20", "fe80::2%eth0", "10.0.0.1", "::ffff:192.168.1.20"):
        assert client not in unlimited
    assert "::ffff:192.168.1.1" in unlimited


def test_where_there_is_no_route_nobody_is_the_router(tmp_path: Path) -> None:
    assert default_gateways(tmp_path) == []
    assert "192.168.1.1" not in Unlimited([], tmp_path)


def test_a_name_that_a_client_gives_itself_is_limited(tmp_path: Path) -> None:
    assert "id:anna-phone" not in Unlimited([ip_network("0.0.0.0/0")], tmp_path)
