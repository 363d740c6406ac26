"""Which group a client is in: by its address, its MAC address, the networks it lies in."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocker.clients.membership import DEFAULT, Membership, is_mac, plain_address, plain_client
from blocker.link import Group, Slot
from tests.support.plans import GENERATION

PHONE = "02:00:5e:10:00:01"
NIGHT = Slot(days=[0], from_=0, to=60, zone="UTC")


def group(name: str, *clients: str, schedule: list[Slot] | None = None) -> Group:
    return {
        **GENERATION.groups[0],
        "name": name,
        "clients": list(clients),
        "schedule": schedule or [],
    }


HOME = Membership(
    [
        *GENERATION.groups,
        group("lan", "192.0.2.0/24", "2001:db8::/32", "198.51.100.7/32"),
        group("tv", "192.0.2.64/26", "2001:db8:0:1::/64", PHONE),
        group("kids", "192.0.2.70", "2001:db8:0:1::70", "fe80::70"),
        group("far", "10.43.8.67/28"),
    ]
)


@pytest.mark.parametrize(
    "address, name",
    [
        ("192.0.2.70", "kids"),
        ("192.0.2.71", "tv"),
        ("192.0.2.1", "lan"),
        ("192.0.3.1", "default"),
        ("198.51.100.7", "lan"),
        ("10.43.8.79", "far"),
        ("10.43.8.80", "default"),
        ("2001:db8:0:1::70", "kids"),
        ("2001:db8:0:1::71", "tv"),
        ("2001:db8:2::1", "lan"),
        ("2001:db9::1", "default"),
        ("::192.0.2.70", "default"),  # IPv6, and the same number
    ],
)
def test_the_most_specific_wins(address: str, name: str) -> None:
    assert HOME.group_of(address) == name


def test_an_address_beats_a_mac_address_and_that_a_network() -> None:
    macs = dict.fromkeys(("192.0.2.70", "192.0.2.1", "203.0.113.9", "2001:db8:ffff::9"), PHONE)
    assert HOME.group_of("192.0.2.70", macs) == "kids"
    assert HOME.group_of("192.0.2.1", macs) == "tv"
    assert HOME.group_of("203.0.113.9", macs) == "tv"
    assert HOME.group_of("2001:db8:ffff::9", macs) == "tv"


def test_another_devices_mac_address_changes_nothing() -> None:
    assert HOME.group_of("192.0.2.1", {"192.0.2.1": "02:00:5e:10:00:02"}) == "lan"
    assert HOME.group_of("192.0.2.1", {"192.0.2.1": ""}) == "lan"


def test_an_interface_is_no_part_of_an_address() -> None:
    assert HOME.group_of("fe80::70%eth0") == "kids"
    assert HOME.group_of("fe80::9%eth0", {"fe80::9": PHONE}) == "tv"
    assert HOME.group_of("fe80::9%eth0", {"fe80::9%eth0": PHONE}) == "tv"


def test_an_ipv4_client_of_an_ipv6_socket() -> None:
    assert HOME.group_of("::ffff:192.0.2.70") == "kids"
    assert HOME.group_of("::ffff:192.0.2.71") == "tv"
    assert HOME.group_of("::ffff:203.0.113.9", {"203.0.113.9": PHONE}) == "tv"


def test_all_of_the_internet_is_a_network_too() -> None:
    world = Membership([group("six", "::/0"), group("four", "0.0.0.0/0")])
    assert (world.group_of("2001:db8::1"), world.group_of("192.0.2.1")) == ("six", "four")


@pytest.mark.parametrize("client", ["192.0.2.9", "192.0.2.0/24", "02:00:5e:10:00:09"])
def test_a_group_with_a_schedule_comes_before_one_without_then_the_first(client: str) -> None:
    macs = {"192.0.2.9": "02:00:5e:10:00:09"}
    always, night = group("always", client), group("night", client, schedule=[NIGHT])
    assert Membership([always, night]).group_of("192.0.2.9", macs) == "night"
    assert Membership([always, group("late", client)]).group_of("192.0.2.9", macs) == "always"


def test_nobody_need_find_out_macs_that_no_group_has() -> None:
    assert HOME.asks_for_macs
    assert not Membership([group("lan", "192.0.2.0/24")]).asks_for_macs


def test_what_is_no_address() -> None:
    with pytest.raises(ValueError, match="does not appear to be"):
        HOME.group_of("kids")


def test_plain_address() -> None:
    assert plain_address("::ffff:192.0.2.1%eth0") == ip_address("192.0.2.1")


def test_is_mac() -> None:
    assert is_mac(PHONE)
    others = ("192.0.2.1", "2001:db8::/32", "1:2:3:4:5:6:7:8", "aaaa:bb:cc:dd::ff", "::1")
    assert not any(map(is_mac, others))


NUMBERS = st.integers(0, 255)
NETWORKS = st.one_of(
    st.builds(lambda n, bits: ip_network((0xC0000200 + n, bits), strict=False), NUMBERS,
              st.integers(24, 32)),
    st.builds(lambda n, bits: ip_network((0x20010DB8 << 96 | n, bits), strict=False), NUMBERS,
              st.integers(120, 128)),
)  # fmt: skip


@given(st.lists(NETWORKS.map(str), max_size=8, unique=True), NUMBERS, st.booleans())
def test_as_asking_every_network_finds_it(networks: list[str], number: int, is_ipv6: bool) -> None:
    groups = [group(network, network) for network in networks]
    client = ip_address((0x20010DB8 << 96 if is_ipv6 else 0xC0000200) + number)
    around = [network for network in map(ip_network, networks) if client in network]
    nearest = max(around, key=lambda network: network.prefixlen, default="default")
    assert Membership(groups).group_of(str(client)) == str(nearest)


def test_the_name_a_client_gives_itself_decides_first() -> None:
    members = Membership([group("phones", "id:anna-phone", "192.0.2.10"), group("others")])
    assert members.group_of("id:anna-phone") == "phones"
    assert members.group_of("id:bob") == DEFAULT
    assert members.holds("id:anna-phone")
    assert not members.holds("id:bob")
    assert plain_client("id:anna-phone") == "id:anna-phone"
    assert plain_client("::ffff:192.0.2.1") == plain_address("192.0.2.1")
