"""Any line of any list of text."""

import pytest

from blocker.catalog.formats import adblock, domains
from tests.support.reading import read

MIXED = [
    "# people mix them",
    "plain.example",
    "0.0.0.0 hosts.example",
    "*.wild.example",
    "||adblock.example^",
    "@@||good.example^",
    r"/^regex\./",
    "192.0.2.1",
    "127.0.0.1 localhost",
]


def test_formats_of_text_read_each_others_lines() -> None:
    told = read(domains.items, MIXED)
    assert told.names == [
        "2 =plain.example", "3 =hosts.example", "4 wild.example", "5 adblock.example",
        "6 @@good.example",
    ]  # fmt: skip
    assert [(rule.line, rule.match) for rule in told.rules] == [(7, "regex"), (8, "address")]
    assert (told.bad, told.ignored) == ([], [])


def test_adblock_leaves_out_the_name_of_a_wildcard() -> None:
    told = read(adblock.items, MIXED)
    assert told.names[2] == "4 *.wild.example"
    assert [name[2:] for name in told.names] == [
        "=plain.example", "=hosts.example", "*.wild.example", "adblock.example", "@@good.example"
    ]  # fmt: skip


def test_a_wildcard_may_be_of_a_top_level_domain_that_is_no_country_s_nor_well_known() -> None:
    lines = ["a.example", "*.zip", "*.com", "*.uk", "*.xn--p1ai", "*.co.uk"]
    told = read(domains.items, lines)
    assert told.names == ["1 =a.example", "2 zip"]
    assert len(told.bad) == 4
    assert read(adblock.items, lines).names == ["1 =a.example"]


@pytest.mark.parametrize("line", ["ads*.example.org", "example.*", "foo*bar"])
def test_only_adblock_lists_have_gaps_in_names(line: str) -> None:
    assert len(read(domains.items, line).bad) == 1
    assert read(adblock.items, line).rule.match == "regex"


def test_lines_that_are_not_text() -> None:
    assert read(domains.items, [b"\xff\xfe.org\n"]).bad == ["1: '\ufffd\ufffd.org': not UTF-8"]
