"""Rules by address: which of those that an address falls under decides."""

from ipaddress import ip_address, ip_network

from blocker.core.addresses import AddressRules
from blocker.core.rule import Rule
from tests.support.rules import listed


def about(network: str, **fields: str) -> Rule:
    said = {"match": "address", "network": ip_network(network), **fields}
    return listed(".", said.pop("action", "block"), **said)  # type: ignore[arg-type]


def found(address: str, *rules: Rule) -> list[Rule]:
    return [*AddressRules(rules).find(ip_address(address))]


def test_the_longest_prefix_comes_first() -> None:
    in_order = [about("10.1.2.3/32"), about("10.1.2.0/24"), about("10.0.0.0/8"), about("0.0.0.0/0")]
    assert found("10.1.2.3", *reversed(in_order)) == in_order
    assert found("10.9.9.9", *in_order) == in_order[2:]


def test_the_families_do_not_meet() -> None:
    everything = [about("0.0.0.0/0"), about("::/0")]
    assert found("::", *everything) == everything[1:]
    assert found("0.0.0.0", *everything) == everything[:1]
    assert not AddressRules([listed("a.example")])


def test_of_equal_prefixes_allow_and_then_the_first_list_that_says_how_it_answers() -> None:
    plain, no_name = about("::1/128"), about("::1/128", mode="nxdomain")
    records, allowed = about("::1/128", action="local"), about("::1/128", action="allow")
    assert found("::1", plain, no_name, records, allowed) == [allowed, no_name, records, plain]
    assert found("::1", plain, records, no_name, allowed) == [allowed, records, no_name, plain]


def test_addresses_as_records_hold_them() -> None:
    rule = about("192.0.2.0/24")
    assert [*AddressRules([rule]).find_packed(b"\xc0\x00\x02\x07")] == [rule]
