"""Unbound's configuration, a line at a time; what zones and data come to is localzone's test."""

import pytest

from blocker.catalog.formats import unbound
from blocker.core.names import from_text
from tests.support.reading import read


@pytest.mark.parametrize(
    "line",
    [
        'local-zone: "example.org" always_nxdomain',
        'local-zone: "Example.ORG." always_nxdomain',
        "local-zone: example.org always_nxdomain",
        "  local-zone: 'example.org'   always_nxdomain # why",
        'local-zone: "example.org" static',
        'local-data: "example.org A 0.0.0.0"',
    ],
)
def test_a_name_that_is_blocked(line: str) -> None:
    told = read(unbound.items, line)
    sign = "=" if "data" in line else ""
    assert (told.names, told.rules, told.bad) == ([f"1 {sign}example.org"], [], [])


@pytest.mark.parametrize(
    "data, rdata",
    [
        ('"a.org. 300 IN TXT text"', b"\x04text"),
        ("'a.org 300 TXT \"two words\"'", b"\x09two words"),
        ('"a.org 300 TXT \\"two words\\""', b"\x09two words"),
        ("'a.org 300 TXT \"#\"' # comment", b"\x01#"),
    ],
)
def test_data_in_quotation_marks(data: str, rdata: bytes) -> None:
    (record,) = read(unbound.items, f"local-data: {data}").rule.records
    assert (record.rtype, record.ttl, record.rdata) == (16, 300, rdata)


def test_pointers() -> None:
    rule = read(unbound.items, 'local-data-ptr: "192.0.2.3 30 www.example.com"').rule
    assert rule.name == from_text("3.2.0.192.in-addr.arpa")
    assert [(each.rtype, each.ttl, each.rdata) for each in rule.records] == [
        (12, 30, from_text("www.example.com"))
    ]


@pytest.mark.parametrize(
    "line, why",
    [
        ('local-zone: "a.org" bogus', "not a name and a type of zone"),
        ("local-zone: a.org", "not a name and a type of zone"),
        ('local-zone: "a..org" static', "not a domain name"),
        ('local-data: "a.org A"', "where its type has 1"),
        ('local-data: "a.org A 1.2.3"', "Expected 4 octets"),
        ("local-data:", "not a record in quotation marks"),
        ('local-data-ptr: "nowhere a.org"', "does not appear to be"),
        ("a.org", "not an option of Unbound"),
    ],
)
def test_wrong_lines(line: str, why: str) -> None:
    told = read(unbound.items, line)
    assert (told.names, told.rules) == ([], [])
    assert [why in complaint for complaint in told.bad] == [True]


def test_other_options_are_counted() -> None:
    told = read(unbound.items, ["server:", "# c", "", "private-address: 10.0.0.0/8"])
    assert (told.bad, len(told.ignored)) == ([], 1)
