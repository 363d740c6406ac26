"""A list of domains: no name on it covers one that has to resolve."""

from blocker.export.domains import body
from tests.support.exported import NULL, selection
from tests.support.rules import entry, keep


def test_names_that_cover_others_stand_for_them() -> None:
    made = body(
        selection(entry("example.com"), entry("a.example.com"), entry("b.example")), NULL, 1
    )
    assert list(made.lines) == ["example.com", "b.example"]
    assert made.count == 2
    assert not made.lost


def test_a_name_above_a_kept_one_is_left_out_but_not_what_is_beside_it() -> None:
    rules = [entry("example.com"), keep("kept.example.com"), entry("ads.example.com")]
    made = body(selection(*rules), NULL, 1)
    assert list(made.lines) == ["ads.example.com"]
    assert made.lost[0].startswith("left out: 1 name (example.com), where something below")


def test_names_alone_and_families_are_left_out() -> None:
    rules = [entry("=lone.example.com"), entry("a*.example.com"), entry("b.example.com")]
    made = body(selection(*rules), NULL, 1)
    assert list(made.lines) == ["b.example.com"]
    assert made.lost[0].startswith("left out: 1 name (lone.example.com)")
    assert made.lost[1].startswith("left out: 1 family (a*.example.com)")


def test_a_name_around_a_kept_family_is_left_out() -> None:
    made = body(
        selection(entry("example.com"), keep("up*.example.com"), entry("b.example")), NULL, 1
    )
    assert list(made.lines) == ["b.example"]
