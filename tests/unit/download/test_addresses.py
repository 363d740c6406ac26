"""Which addresses are the public internet's."""

import pytest

from blocker.download.addresses import is_loopback, is_public


@pytest.mark.parametrize(
    "address",
    [
        "9.9.9.9",
        "93.184.215.14",
        "2620:fe::9",
        "64:ff9b::909:909",
        "::ffff:9.9.9.9",
        "2002:909:909::1",
    ],
)
def test_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254"),
        *("169.254.169.254", "172.16.0.1", "192.0.0.1", "192.0.2.1", "192.168.1.1", "198.18.0.1"),
        *("198.51.100.1", "203.0.113.1", "224.0.0.251", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::fb", "fec0::1"),
        *("2001:db8::1", "100::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1"),
        *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::1"),
        *("2002:c0a8:101::1", "", "localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1"),
        *("9.9.9", "9.9.9.9 ", "lists.example"),
    ],
)  # fmt: skip
def test_not_public(address: str) -> None:
    assert not is_public(address)


def test_this_machine() -> None:
    for host in ("localhost", "LOCALHOST.", "a.localhost", "127.0.0.1", "127.9.9.9", "::1"):
        assert is_loopback(host)
    for host in ("localhost.example", "notlocalhost", "10.0.0.1", "127.0.0.1.example", ""):
        assert not is_loopback(host)
