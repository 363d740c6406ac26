"""Shapes against members that are made of them, and against the policy's own idea of a family."""

import re
from itertools import product

import pytest

from blocker.core.families import is_member
from blocker.core.names import from_text, to_text
from blocker.export.families import a_member, below, expression, shape_of, varies, varies_inside

PARENT = from_text("example.com")
FAMILIES = [
    "a*.example.com",
    "*-x.example.com",
    "a*-x.example.com",
    "log[0-9]*.example.com",
    "l*.example.com",
    "a.*.example.com",
    "*b.c*.example.com",
    "[a-c]x.example.com",
    "**.example.com",
]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_member_is_one(family: str) -> None:
    assert is_member(a_member(family, PARENT), PARENT, family)


def test_a_member_is_none_that_is_taken() -> None:
    taken = [from_text("ax.example.com"), from_text("bx.example.com")]
    assert to_text(a_member("[a-c]x.example.com", PARENT, taken)) == "cx.example.com"
    every = [from_text(f"{letter}x.example.com") for letter in "abc"]
    assert a_member("[a-c]x.example.com", PARENT, every) in every


@pytest.mark.parametrize("family", FAMILIES)
def test_an_expression_is_the_policys_idea_of_the_family(family: str) -> None:
    labels = ["a", "b", "ab", "x", "ax", "cx", "a-x", "log", "log7", "log7-x", "c", "bb"]
    found = set()
    for count in (1, 2, 3):
        for own in product(labels, repeat=count):
            name = ".".join([*own, "example.com"])
            wanted = is_member(from_text(name), PARENT, family)
            assert bool(re.search(expression(family), name)) == wanted, name
            found.add(wanted)
    assert found == {True, False} or family == "**.example.com"


@pytest.mark.parametrize("one", FAMILIES)
@pytest.mark.parametrize("other", FAMILIES)
def test_families_meet_when_a_name_is_in_both(one: str, other: str) -> None:
    alphabet = ["a", "ab", "a-x", "l-x", "log1-x", "log1b", "bx", "c", "ab-x", "b", "cx", "xb"]
    names = [".".join(own) for count in (1, 2) for own in product(alphabet, repeat=count)]
    wires = [from_text(f"{name}.example.com") for name in names]
    both = [w for w in wires if is_member(w, PARENT, one) and is_member(w, PARENT, other)]
    met = shape_of(one, "pattern").meets(shape_of(other, "pattern"))
    assert met or not both
    if not met:
        assert not shape_of(one, "pattern").holds(shape_of(other, "pattern"))


def test_shapes_of_names() -> None:
    zone, name = shape_of("example.com", "subtree"), shape_of("a.example.com", "subtree")
    alone = shape_of("=a.example.com", "exact")
    assert zone.holds(name)
    assert not name.holds(zone)
    assert name.holds(alone)
    assert not alone.holds(name)
    assert alone.meets(name)
    assert not alone.meets(shape_of("b.a.example.com", "subtree"))
    assert not name.meets(shape_of("b.example.com", "subtree"))
    assert not shape_of("[ab]*.example.com", "pattern").meets(shape_of("c1.example.com", "exact"))
    assert shape_of("[ab]*.example.com", "pattern").holds(shape_of("b1.example.com", "subtree"))


def test_what_a_family_has_below_a_name() -> None:
    assert below("a.*.example.com", "x.example.com") == "a.x.example.com"
    assert below("a*.*.example.com", "x.example.com") == "a*.x.example.com"
    assert below("a.x*.example.com", "y.example.com") == ""
    assert below("a*.example.com", "a1.example.com") == ""


def test_what_varies() -> None:
    assert varies("[ab].example.com")
    assert not varies("ab.example.com")
    assert varies_inside("a.*.example.com")
    assert not varies_inside("*.example.com")
