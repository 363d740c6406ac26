"""Layers: an exception lies above what it is an exception to, and nothing is said twice."""

from blocker.export.layers import Layers, layers_of
from tests.support.exported import selection
from tests.support.rules import entry, keep, rule


def shown(layers: Layers) -> list[tuple[str, str, int]]:
    return [(said.text, said.match, said.layer) for said in layers.statements]


def test_what_is_covered_is_not_said() -> None:
    rules = [entry("example.com"), entry("a.example.com"), entry("b*.example.com")]
    layers = layers_of(selection(*rules, keep("example.org")))
    assert shown(layers) == [("example.com", "subtree", 1)]
    assert layers.count == 1


def test_four_layers_and_no_more() -> None:
    names = ["a.example", "b.a.example", "c.b.a.example", "d.c.b.a.example", "e.d.c.b.a.example"]
    rules = [rule(name, "allow" if at % 2 else "block") for at, name in enumerate(names)]
    layers = layers_of(selection(*rules))
    assert [said.layer for said in layers.statements] == [1, 2, 3, 4]
    assert [said.blocks for said in layers.statements] == [True, False, True, False]
    assert layers.too_deep == ["e.d.c.b.a.example"]


def test_names_alone() -> None:
    rules = [entry("example.com"), keep("=a.example.com"), entry("=b.example.org")]
    assert shown(layers_of(selection(*rules))) == [
        ("example.com", "subtree", 1),
        ("a.example.com", "exact", 2),
        ("b.example.org", "exact", 1),
    ]


def test_families_and_exceptions_to_them() -> None:
    rules = [entry("log*.example.com"), keep("login.example.com"), entry("x.login.example.com")]
    assert shown(layers_of(selection(*rules))) == [
        ("log*.example.com", "pattern", 1),
        ("login.example.com", "subtree", 2),
    ]


def test_of_families_that_overlap_the_more_specific_lies_above() -> None:
    wide = entry("log*.example.com")
    narrow = entry("login-*.example.com", "account", breakage="major")
    assert shown(layers_of(selection(wide, narrow))) == [
        ("log*.example.com", "pattern", 1),
        ("login-*.example.com", "pattern", 2),
    ]


def test_what_is_kept_lies_above_a_more_specific_family() -> None:
    rules = [entry("*-statistics.example.com"), keep("a*.example.com")]
    assert shown(layers_of(selection(*rules))) == [
        ("*-statistics.example.com", "pattern", 1),
        ("a*.example.com", "pattern", 2),
    ]
