"""What adblock patterns cover."""

from ipaddress import ip_network

import pytest
import re2

from blocker.catalog.formats.mask import target
from blocker.catalog.formats.reading import Unused
from blocker.core.names import from_text

NAMES = [
    ("||example.org^", "subtree", "example.org"),
    ("||example.org", "subtree", "example.org"),
    ("||example.org|", "subtree", "example.org"),
    ("||example.org^*", "subtree", "example.org"),
    ("||example.org/*", "subtree", "example.org"),
    ("||*.example.org^", "below", "example.org"),
    ("*.example.org^", "below", "example.org"),
    (".example.org^|", "below", "example.org"),
    ("|example.org^", "exact", "example.org"),
    ("|example.org|", "exact", "example.org"),
    ("http://example.org/", "exact", "example.org"),
    ("", "subtree", "."),
    ("*", "subtree", "."),
    ("||*^", "subtree", "."),
]


@pytest.mark.parametrize("pattern, match, name", NAMES)
def test_names(pattern: str, match: str, name: str) -> None:
    found = target(pattern)
    assert (found.match, found.name) == (match, from_text(name))
    assert bool(found.wide) is (name == ".")


@pytest.mark.parametrize(
    "pattern, matching, others",
    [
        ("test*.example.org^", ["test.example.org", "test2.example.org", "a.test.b.example.org"],
         ["testexample.org", "test.example.org.com"]),
        ("exam*.com", ["example.com", "onemoreexamsite.com", "exam.community"], ["example.org"]),
        ("||ex*.org^", ["example.org", "a.ex.org"], ["aex.org", "ex.org.com"]),
        ("ample.org|", ["example.org"], ["example.org.com"]),
        ("|example", ["example.org"], ["test.example"]),
        ("://example.org", ["example.org", "example.org.com"], ["www.example.org"]),
        ("example.org^", ["example.org", "anexample.org"], ["example.org.com"]),
        ("||ads.", ["ads.example.org", "x.ads.org"], ["bads.org", "ads"]),
    ],
)  # fmt: skip
def test_expressions(pattern: str, matching: list[str], others: list[str]) -> None:
    found = target(pattern)
    assert (found.match, found.wide, found.covered) == ("regex", "", None)
    assert [name for name in matching + others if re2.search(found.pattern, name)] == matching


@pytest.mark.parametrize("pattern", ["||192.0.2.1^", "192.0.2.1", "|192.0.2.1|"])
def test_addresses(pattern: str) -> None:
    found = target(pattern)
    assert (found.match, found.network) == ("address", ip_network("192.0.2.1/32"))


@pytest.mark.parametrize(
    "pattern, why",
    [
        ("||org^", "org"), ("||*.asia^", "asia"), ("||*.com.tr^", "com.tr"), ("*.org^", "org"),
        (".uk^", "uk"), ("||a-^", "a-"), ("||*org^", "org"), (".com^|", "com"), ("||a*", "nearly"),
        ("com^", "com"),
    ],
)  # fmt: skip
def test_too_wide(pattern: str, why: str) -> None:
    assert why in target(pattern).wide


@pytest.mark.parametrize(
    "pattern",
    ["||org..^", "||.foo^", "||foo.^", "||a..b^", "||..^", "||1.1.^", "192.168.", "||10.0.1^",
     "||^", "a..b*c", "||<b>^", "||ex{a}.org^", "a" * 64 + ".org^|b"],
)  # fmt: skip
def test_malformed(pattern: str) -> None:
    with pytest.raises((ValueError, Unused)):
        target(pattern)


@pytest.mark.parametrize(
    "pattern", ["||a.org/x", "/ads/x", "||a.org^*-x.js", "a.org?x=1", "||a.org:8080^x", "~x"]
)
def test_about_pages(pattern: str) -> None:
    with pytest.raises(Unused):
        target(pattern)
