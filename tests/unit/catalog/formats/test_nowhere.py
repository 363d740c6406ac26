"""Addresses that lists block with."""

from ipaddress import ip_address

import pytest

from blocker.catalog.formats.nowhere import NOWHERE, is_nowhere, leads_nowhere


@pytest.mark.parametrize("address", sorted(NOWHERE - {b"0"}))
def test_addresses_as_lists_write_them(address: bytes) -> None:
    assert leads_nowhere(ip_address(address.decode()).packed)
    assert is_nowhere(ip_address(address.decode()), wide=False)


@pytest.mark.parametrize(
    "address, wide, expected",
    [("127.0.0.53", False, False), ("127.0.0.53", True, True), ("192.0.2.1", True, False)],
)
def test_others_of_the_machine_itself(address: str, wide: bool, expected: bool) -> None:
    assert is_nowhere(ip_address(address), wide=wide) is expected
