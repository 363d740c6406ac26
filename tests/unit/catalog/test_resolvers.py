"""Addresses of public resolvers, and that the shipped ones belong to the pack and its sources."""

from ipaddress import ip_address
from pathlib import Path

import pytest

from blocker.catalog.load import default_lists, load_catalogue
from blocker.catalog.resolvers import PACK, read_resolvers
from blocker.errors import Problems


def test_the_shipped_addresses_have_a_source_and_a_product_of_the_pack() -> None:
    catalogue = load_catalogue()
    (pack,) = (vendor for vendor in catalogue.vendors if vendor.vendor == PACK)
    resolvers = read_resolvers(default_lists())
    addresses = [address for each in resolvers for address in each.addresses]
    assert {each.product for each in resolvers} <= set(pack.products)
    assert {key for each in resolvers for key in each.evidence} <= set(catalogue.sources)
    assert len(addresses) == len(set(addresses))
    assert all(address.is_global for address in addresses)
    assert ip_address("8.8.8.8") in addresses
    assert ip_address("2001:4860:4860::8888") in addresses


def test_a_folder_without_the_file_knows_none(tmp_path: Path) -> None:
    assert read_resolvers(tmp_path) == ()


def test_an_error_says_where(tmp_path: Path) -> None:
    text = "resolvers:\n  - {product: X, addresses: [8.8.8], evidence: [a]}\n"
    (tmp_path / "resolvers.yaml").write_text(text)
    with pytest.raises(Problems, match=r"resolvers.yaml:2: "):
        read_resolvers(tmp_path)
