"""Triggers that are no names."""

from ipaddress import ip_network

import pytest

from blocker.catalog.formats.rpz_trigger import is_of_servers, network
from blocker.core.names import from_text


@pytest.mark.parametrize(
    "owner, kind, expected",
    [
        ("24.0.2.0.192.rpz-ip", "address", "192.0.2.0/24"),
        ("32.1.2.0.192.rpz-client-ip", "client", "192.0.2.1/32"),
        ("128.1.zz.cc.bb.aa.db8.2001.rpz-ip", "address", "2001:db8:aa:bb:cc::1/128"),
        ("128.124.0.0.cc.bb.aa.db8.2001.rpz-ip", "address", "2001:db8:aa:bb:cc::124/128"),
        ("32.zz.db8.2001.rpz-ip", "address", "2001:db8::/32"),
        ("128.1.zz.rpz-ip", "address", "::1/128"),
        ("0.zz.rpz-ip", "address", "::/0"),
    ],
)
def test_networks(owner: str, kind: str, expected: str) -> None:
    assert network(from_text(owner)) == (kind, ip_network(expected))


@pytest.mark.parametrize(
    "owner", ["rpz-ip", "24.rpz-ip", "24.1.2.0.192.rpz-ip", "33.1.2.0.192.rpz-ip", "x.y.rpz-ip",
              "128.1.zz.2.zz.rpz-ip", "128.1.2.3.4.5.rpz-client-ip"],
)  # fmt: skip
def test_wrong_ones(owner: str) -> None:
    with pytest.raises(ValueError, match="not a prefix length and an address backwards"):
        network(from_text(owner))


@pytest.mark.parametrize("owner", ["example.org", "rpz-ip.example.org", "."])
def test_names(owner: str) -> None:
    assert network(from_text(owner)) is None
    assert not is_of_servers(from_text(owner))


@pytest.mark.parametrize("owner", ["ns.example.org.rpz-nsdname", "24.0.2.0.192.rpz-nsip"])
def test_servers(owner: str) -> None:
    assert network(from_text(owner)) is None
    assert is_of_servers(from_text(owner))
