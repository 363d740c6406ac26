"""Rules about addresses: the longest prefix decides."""

from ipaddress import ip_address

import pytest

from blocker.core.addresses import AddressRules
from blocker.core.rule import Rule
from tests.support.rules import about, listed, policy


def test_an_answer_s_addresses_may_be_blocked() -> None:
    tried = policy(about("192.0.2.0/24"), about("192.0.2.7/32", "allow"), about("2001:db8::/32"))
    assert tried.inspects_addresses
    for address, expected in (
        ("192.0.2.1", "block"), ("192.0.2.7", "allow"), ("2001:db8::1", "block"), ("::1", None),
    ):  # fmt: skip
        verdict = tried.match_addresses(
            [ip_address("203.0.113.1").packed, ip_address(address).packed]
        )
        assert (verdict.action if verdict else None) == expected
    assert not policy(listed("a.example")).inspects_addresses


RULES = [
    about("0.0.0.0/0", "allow"),
    about("192.0.2.0/24"),
    about("192.0.2.128/25", "allow"),
    about("192.0.2.129/32", "local"),
    about("::/0"),
    about("2001:db8::/32", "allow"),
    about("2001:db8::1/128"),
]


@pytest.mark.parametrize(
    "address, expected",
    [
        ("198.51.100.1", ["0.0.0.0/0"]),
        ("192.0.2.127", ["192.0.2.0/24", "0.0.0.0/0"]),
        ("192.0.2.128", ["192.0.2.128/25", "192.0.2.0/24", "0.0.0.0/0"]),
        ("192.0.2.129", ["192.0.2.129/32", "192.0.2.128/25", "192.0.2.0/24", "0.0.0.0/0"]),
        ("2001:db9::", ["::/0"]),
        ("2001:db8::1", ["2001:db8::1/128", "2001:db8::/32", "::/0"]),
        ("::", ["::/0"]),
        ("0.0.0.0", ["0.0.0.0/0"]),
        ("::c000:201", ["::/0"]),  # the bits of 192.0.2.1, and another family
    ],
)
def test_the_longest_prefix_comes_first(address: str, expected: list[str]) -> None:
    rules = AddressRules(reversed(RULES))
    assert [rule.text for rule in rules.find(ip_address(address))] == expected
    assert [rule.text for rule in rules.find_among([ip_address(address).packed])] == expected


def test_of_several_addresses_the_longest_prefix_comes_first_too() -> None:
    found = AddressRules(RULES).find_among([b"\xc0\x00\x02\x01", b"\xc0\x00\x02\x81"])
    assert [rule.text for rule in found][:2] == ["192.0.2.129/32", "192.0.2.128/25"]
    assert len(found) == 6


def test_of_equal_prefixes_allow_and_then_the_first_list_that_says_how_it_answers() -> None:
    plain, no_name = about("::1/128"), about("::1/128", mode="nxdomain")
    records, allowed = about("::1/128", "local"), about("::1/128", "allow")

    def found(*rules: Rule) -> list[Rule]:
        return list(AddressRules(rules).find(ip_address("::1")))

    assert found(plain, no_name, records, allowed) == [allowed, no_name, records, plain]
    assert found(plain, records, no_name, allowed) == [allowed, records, no_name, plain]


def test_rules_about_names_are_left_out() -> None:
    assert not AddressRules([listed("a.example")])
    assert AddressRules([listed("a.example"), about("192.0.2.0/24")])


@pytest.mark.parametrize(
    "state, expected", [("on", "block"), ("off", "allow"), ("shadow", "shadow")]
)
def test_a_list_s_switch_holds_for_its_addresses(state: str, expected: str) -> None:
    first: Rule = about("192.0.2.1/32", list="tried")
    tried = policy(first, about("192.0.2.0/24", "allow"), lists={"tried": state})
    verdict = tried.match_addresses([ip_address("192.0.2.1").packed])
    assert verdict is not None
    assert verdict.action == expected
