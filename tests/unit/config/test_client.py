"""Clients in the notations that people and their devices use."""

import re

import pytest

from blocker.config.client import client


@pytest.mark.parametrize(
    "written, meant",
    [
        ("192.0.2.10", "192.0.2.10"),
        ("192.0.2.10/32", "192.0.2.10"),
        ("198.51.100.0/24", "198.51.100.0/24"),
        ("198.51.100.0/255.255.255.0", "198.51.100.0/24"),
        ("10.43.8.67/28", "10.43.8.64/28"),
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("2001:DB8:0:0::10", "2001:db8::10"),
        ("2001:db8::10/128", "2001:db8::10"),
        ("2001:db8::99/64", "2001:db8::/64"),
        ("::1", "::1"),
        ("::ffff:192.0.2.10", "192.0.2.10"),
        ("::ffff:192.0.2.0/120", "192.0.2.0/24"),
        ("02:00:5e:10:00:0f", "02:00:5e:10:00:0f"),
        ("02-00-5E-10-00-0F", "02:00:5e:10:00:0f"),
        ("2:0:5e:10:0:f", "02:00:5e:10:00:0f"),
        ("0200.5e10.000f", "02:00:5e:10:00:0f"),
        ("02005e10000F", "02:00:5e:10:00:0f"),
        ("id:anna-phone", "id:anna-phone"),
        ("id:Anna-7", "id:anna-7"),
    ],
)
def test_a_client_has_one_notation(written: str, meant: str) -> None:
    assert client(written) == meant


@pytest.mark.parametrize(
    "written, said",
    [
        ("id:", "id: is not the id of a client; write id: and letters, digits and dashes"),
        ("id:anna_phone", "id:anna_phone is not the id of a client; write id: and letters"),
        ("id:-anna", "id:-anna is not the id of a client"),
        ("id:" + "a" * 64, f"id:{'a' * 64} is not the id of a client"),
        (112233445566, "112233445566 is not a client; write it in quotes"),
        ("tablet", "tablet is not an address, a network or a MAC address; write one like 192.0.2"),
        ("", " is not an address, a network or a MAC address; write one like 192.0.2.10"),
        ("10.0.0.0/33", "10.0.0.0/33 is not a network; write one like 198.51.100.0/24"),
        ("fe80::1%eth0", "fe80::1%eth0 names an interface; write fe80::1, or better the MAC"),
        ("01:00:5e:00:00:01", "01:00:5e:00:00:01 is a multicast address, which no device has; "),
        ("FF-FF-FF-FF-FF-FF", "ff:ff:ff:ff:ff:ff is a multicast address, which no device has; "),
        ("00:00:00:00:00:00", "00:00:00:00:00:00 is no device's address; "),
        ("02:00:5e:10:00", "02:00:5e:10:00 is not an address, a network or a MAC address; "),
        ("0.0.0.0", "0.0.0.0 is not the address of one client; "),
        ("224.0.0.1/32", "224.0.0.1 is not the address of one client; "),
        ("255.255.255.255", "255.255.255.255 is not the address of one client; "),
        ("ff02::1", "ff02::1 is not the address of one client; "),
    ],
)
def test_no_client(written: object, said: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(said)}"):
        client(written)
