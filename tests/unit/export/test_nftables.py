"""The text of the rules; what they do to packets is tested in tests/e2e/test_nftables.py."""

from ipaddress import ip_address, ip_network

import pytest

from blocker.catalog.resolvers import Resolver
from blocker.errors import StartError
from blocker.export.nftables import Firewall, firewall, ruleset

KNOWN = [
    Resolver(
        product="X",
        addresses=(ip_address("192.0.2.53"), ip_address("2001:db8::53")),
        evidence=("paper",),
    )
]
MAC = "02:00:5e:10:00:01"


def text(wall: Firewall, *without: str) -> str:
    return "\n".join(ruleset(wall, KNOWN, without))


def test_on_the_router_itself_what_is_asked_elsewhere_is_redirected() -> None:
    said = text(firewall(["br-lan", "guest"], [], 53, []))
    assert said.count('iifname != { "br-lan", "guest" } return') == 2
    assert "udp dport 53 counter redirect to :53" in said
    assert "tcp dport 53 counter redirect to :53" in said
    assert "fib daddr type local return" in said
    assert "masquerade" not in said
    assert "ip daddr @resolvers4" in said
    assert "            192.0.2.53,\n" in said
    assert "            2001:db8::53,\n" in said


def test_another_port_is_where_the_routers_own_dns_is_led_too() -> None:
    said = text(firewall(["br-lan"], [], 5300, []))
    assert "redirect to :5300" in said
    assert "fib daddr" not in said


def test_elsewhere_in_the_network_answers_come_back_through_the_router() -> None:
    said = text(firewall(["br-lan"], ["192.168.1.2", "fd00::2"], 5300, []))
    assert "meta nfproto ipv4 udp dport 53 counter dnat ip to 192.168.1.2:5300" in said
    assert "meta nfproto ipv6 tcp dport 53 counter dnat ip6 to [fd00::2]:5300" in said
    hairpin = 'iifname "br-lan" oifname "br-lan" ip daddr 192.168.1.2 ct status dnat'
    assert f"{hairpin} counter masquerade" in said
    assert "chain refused_here" not in said


def test_blockers_own_encrypted_dns_is_not_refused() -> None:
    said = text(firewall(["br-lan"], ["192.168.1.2", "fd00::2"], 53, []))
    refused = said.partition("chain refused {")[2].splitlines()
    first = next(number for number, line in enumerate(refused) if "reject" in line)
    for mine in ("ip daddr 192.168.1.2 return", "ip6 daddr fd00::2 return"):
        assert any(mine in line for line in refused[:first])


def test_a_resolver_without_ipv6_leaves_no_dns_over_ipv6() -> None:
    wall = firewall(["br-lan"], ["192.168.1.2"], 53, [])
    assert wall.unserved == [6]
    assert text(wall).count("meta nfproto ipv6 udp dport 53 counter reject") == 2


def test_who_is_let_alone() -> None:
    wall = firewall(["br-lan"], ["192.168.1.2"], 53, ["10.0.0.0/8", MAC.upper(), "fd00::7"])
    assert wall.exempt == (ip_network("10.0.0.0/8"), ip_network("fd00::7"))
    said = text(wall)
    assert f"ether saddr {{ {MAC} }} return" in said
    for member in ("10.0.0.0/8", "192.168.1.2/32", "fd00::7/128"):
        assert f"            {member},\n" in said


def test_what_cannot_be_known_is_said() -> None:
    assert "# Without a published address of their own: Mullvad.\n" in text(
        firewall(["br-lan"], [], 53, []), "Mullvad"
    )


@pytest.mark.parametrize(
    "interfaces, resolvers, port, exempt, message",
    [
        ([], [], 53, [], "--interface br-lan"),
        (['x" } accept #'], [], 53, [], "no interface is called so"),
        (["br-lan"], ["router"], 53, [], "--resolver router: write an address"),
        (["br-lan"], ["fe80::1"], 53, [], "routers cannot send there"),
        (["br-lan"], ["127.0.0.1"], 53, [], "routers cannot send there"),
        (["br-lan"], ["10.0.0.1", "10.0.0.2"], 53, [], "at most one IPv4"),
        (["br-lan"], [], 70000, [], "--port 70000"),
        (["br-lan"], [], 53, ["telly"], "--exempt telly: write an address"),
    ],
)
def test_what_is_wrong_is_said(
    interfaces: list[str], resolvers: list[str], port: int, exempt: list[str], message: str
) -> None:
    with pytest.raises(StartError, match=message):
        firewall(interfaces, resolvers, port, exempt)
