"""The kernel's own table of neighbours, in networks made for the purpose.

Where a container does not permit these, what `ip` says of this machine has to do.
"""

import json
import socket
import time

import pytest

from blocker.clients import neighbours as module
from blocker.clients.neighbours import LOOK_AGAIN, READ_AGAIN, Neighbours, neighbours
from tests.support.network import HOME, HOME_IPV4, HOME_IPV6, Phone, in_own_network_or, ip, said

PHONE, OTHER = "02:00:5e:10:00:01", "02:00:5e:10:00:02"
NOT_KNOWN = {"FAILED", "INCOMPLETE", "NOARP"}


def by_ip() -> dict[str, str]:
    """What `ip neigh` has to say."""
    found = {}
    for entry in json.loads(ip("-j neigh show nud all") or "[]"):
        if "lladdr" in entry and not NOT_KNOWN & set(entry["state"]):
            found[entry["dst"]] = entry["lladdr"]
    return found


def cable(name: str) -> None:
    ip(f"link add {name} type veth peer name {name}-end")
    ip(f"link set {name}-end up")
    ip(f"link set {name} up")


def neighbour(address: str, mac: str = PHONE, state: str = "stale", name: str = "lan") -> None:
    ip(f"neigh replace {address} lladdr {mac} dev {name} nud {state}")


def test_as_ip_says_of_this_machine() -> None:
    until = time.monotonic() + 5
    while (found := neighbours()) != by_ip():  # the kernel may learn something in between
        assert time.monotonic() < until, found
    table = Neighbours()
    for address, mac in found.items():
        assert table.mac_of(address, 0) in (mac, by_ip().get(address))
        if "." in address:
            assert table.mac_of(f"::ffff:{address}", 0) == table.mac_of(address, 0)
    assert table.mac_of("203.0.113.255", READ_AGAIN) == ""


@in_own_network_or(test_as_ip_says_of_this_machine)
def test_as_ip_says_in_every_state_and_of_both_families() -> None:
    cable("lan")
    for number, state in enumerate(("permanent", "reachable", "stale", "delay", "probe", "noarp")):
        mac = f"02:00:5e:10:00:{number:02x}"
        for address in (f"192.0.2.{number}", f"2001:db8::{number}", f"fe80::{number}"):
            neighbour(address, mac, state)
    ip("neigh replace 192.0.2.100 dev lan nud failed")
    ip("neigh replace 192.0.2.101 dev lan nud incomplete")
    found = neighbours()
    assert found == by_ip()
    assert found["192.0.2.0"] == found["2001:db8::"] == found["fe80::"] == "02:00:5e:10:00:00"
    assert "192.0.2.5" not in found
    assert len(found) == 15


@in_own_network_or(test_as_ip_says_of_this_machine)
def test_a_table_of_many_packets() -> None:
    cable("lan")
    wanted = {
        f"10.0.{n >> 8}.{n & 255}": f"02:00:5e:00:{n >> 8:02x}:{n & 255:02x}" for n in range(900)
    }
    lines = [f"neigh add {address} lladdr {mac} dev lan" for address, mac in wanted.items()]
    said("sh", "-c", "printf '%s\\n' \"$@\" | ip -batch -", "-", *lines)
    assert neighbours() == wanted


@in_own_network_or(test_as_ip_says_of_this_machine)
def test_of_two_interfaces_the_surer_one_counts() -> None:
    cable("lan")
    cable("wifi")
    neighbour("192.0.2.1", OTHER, "stale", "lan")
    neighbour("192.0.2.1", PHONE, "reachable", "wifi")
    neighbour("192.0.2.2", PHONE, "reachable", "lan")
    neighbour("192.0.2.2", OTHER, "stale", "wifi")
    assert neighbours() == {"192.0.2.1": PHONE, "192.0.2.2": PHONE}


@in_own_network_or(test_as_ip_says_of_this_machine)
def test_a_link_local_address_that_two_have_is_nobodys() -> None:
    for number, name in enumerate(("lan", "wifi", "guest")):
        cable(name)
        neighbour("fe80::1", f"02:00:5e:10:00:{number:02x}", "reachable", name)
        neighbour("fe80::2", PHONE, "stale", name)  # a device with two cables
    assert neighbours() == {"fe80::2": PHONE}


@in_own_network_or(test_as_ip_says_of_this_machine)
def test_a_phone_is_known_by_whatever_address_it_has() -> None:
    with Phone(PHONE) as phone:
        table = Neighbours()
        for now, (ipv4, ipv6) in enumerate([("10.99.0.2", "fd99::2"), ("10.99.0.77", "fd99::77")]):
            phone.move_to(f"{ipv4}/24", f"{ipv6}/64")
            phone.send_to(HOME_IPV4)
            phone.send_to(HOME_IPV6)
            assert table.mac_of(ipv4, now * READ_AGAIN) == PHONE
            assert table.mac_of(ipv6, now * READ_AGAIN) == PHONE
            assert table.mac_of(f"::ffff:{ipv4}", now * READ_AGAIN) == PHONE


@in_own_network_or(test_as_ip_says_of_this_machine)
def test_a_link_local_client_is_known_by_what_its_socket_gives() -> None:
    with Phone(PHONE) as phone, socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
        sock.settimeout(5)
        sock.bind(("::", 9))
        ip(f"addr add fe80::1/64 dev {HOME} nodad")
        phone.run("ip addr add fe80::2/64 dev phone nodad")
        phone.send_to("fe80::1%phone")
        client = sock.recvfrom(64)[1][0]
        assert Neighbours().mac_of(client, 0) == PHONE
        assert Neighbours().mac_of(f"{client}%{HOME}", 0) == PHONE


@in_own_network_or(test_as_ip_says_of_this_machine)
def test_a_flood_of_unknown_addresses_does_not_read_the_table_each_time() -> None:
    cable("lan")
    table = Neighbours()
    assert table.mac_of("192.0.2.1", 0) == ""
    neighbour("192.0.2.2")
    assert table.mac_of("192.0.2.2", READ_AGAIN / 2) == ""
    assert table.mac_of("192.0.2.2", READ_AGAIN) == PHONE


@in_own_network_or(test_as_ip_says_of_this_machine)
def test_an_address_that_becomes_known_has_changed() -> None:
    cable("lan")
    table = Neighbours()
    assert not table.changed(0)  # nobody has asked
    assert table.mac_of("192.0.2.1", 0) == ""
    neighbour("192.0.2.1")
    assert not table.changed(READ_AGAIN / 2)
    assert table.changed(READ_AGAIN)
    assert table.mac_of("192.0.2.1", READ_AGAIN) == PHONE
    assert not table.changed(READ_AGAIN + LOOK_AGAIN)


@in_own_network_or(test_as_ip_says_of_this_machine)
def test_an_address_that_another_device_has_taken_has_changed() -> None:
    cable("lan")
    neighbour("192.0.2.1")
    neighbour("192.0.2.2", OTHER)
    table = Neighbours()
    assert table.mac_of("192.0.2.1", 0) == PHONE
    assert not table.changed(0)
    neighbour("192.0.2.2", PHONE)  # nobody asked about this one
    assert not table.changed(LOOK_AGAIN)
    neighbour("192.0.2.1", OTHER)
    assert not table.changed(LOOK_AGAIN * 1.5)
    assert table.changed(LOOK_AGAIN * 2)
    assert table.mac_of("192.0.2.1", LOOK_AGAIN * 2) == OTHER
    assert not table.changed(LOOK_AGAIN * 3)


@in_own_network_or(test_as_ip_says_of_this_machine)
def test_a_device_that_is_quiet_is_still_what_it_was() -> None:
    cable("lan")
    neighbour("192.0.2.1")
    table = Neighbours()
    assert table.mac_of("192.0.2.1", 0) == PHONE
    ip("neigh del 192.0.2.1 dev lan")
    assert neighbours() == {}
    assert not table.changed(LOOK_AGAIN)
    assert table.mac_of("192.0.2.1", LOOK_AGAIN) == PHONE


@in_own_network_or(test_as_ip_says_of_this_machine)
def test_forged_addresses_take_no_memory_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 10)
    cable("lan")
    table = Neighbours()
    for number in range(100):
        neighbour(f"192.0.2.{number}")
        table.mac_of(f"192.0.2.{number}", number * READ_AGAIN)
        ip(f"neigh del 192.0.2.{number} dev lan")
        assert len(table._told) <= 10
        assert len(table._known) <= 10


def test_where_the_kernel_cannot_be_asked_the_log_says_so_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    module._say_once.cache_clear()
    monkeypatch.delattr(socket, "AF_NETLINK")
    table = Neighbours()
    assert [table.mac_of("192.0.2.1", now) for now in range(3)] == ["", "", ""]
    (said_once,) = caplog.messages
    assert said_once.startswith("the kernel's neighbours cannot be read: ")
