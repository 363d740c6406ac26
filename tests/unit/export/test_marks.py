"""Marks stand where the verdict changes, and say less rather than more than the policy."""

from blocker.export.marks import Marks, marks_lost, marks_of
from tests.support.exported import selection
from tests.support.rules import entry, keep, rule


def shown(marks: Marks) -> list[tuple[str, bool, bool]]:
    return [(mark.text, mark.at, mark.below) for mark in marks]


def test_names_below_a_blocked_one_are_not_said_again() -> None:
    marks = marks_of(
        selection(entry("example.com"), entry("a.example.com"), entry("=b.example.com")),
        lone_exceptions=True,
    )
    assert shown(marks) == [("example.com", True, True)]
    assert marks.count == 1
    assert marks_lost(marks) == []


def test_exceptions_and_names_alone() -> None:
    rules = [entry("example.com"), keep("a.example.com"), rule("x.a.example.com")]
    rules += [entry("=alone.example.org"), keep("elsewhere.example.org")]
    marks = marks_of(selection(*rules), lone_exceptions=True)
    assert shown(marks) == [
        ("example.com", True, True),
        ("a.example.com", False, False),
        ("x.a.example.com", True, True),
        ("alone.example.org", True, False),
    ]
    assert [mark.inherited for mark in marks] == [False, True, False, False]
    assert marks.count == 3


def test_an_exception_for_a_name_alone() -> None:
    chosen = selection(entry("example.com"), keep("=a.example.com"), entry("x.a.example.com"))
    exact = marks_of(chosen, lone_exceptions=True)
    assert shown(exact) == [("example.com", True, True), ("a.example.com", False, True)]
    wide = marks_of(chosen, lone_exceptions=False)
    assert shown(wide) == [
        ("example.com", True, True),
        ("a.example.com", False, False),
        ("x.a.example.com", True, True),
    ]
    assert marks_lost(wide)[0].startswith("what is below 1 name (a.example.com) is not blocked")


def test_blocked_families_are_left_out_and_told() -> None:
    chosen = selection(entry("a*.example.com"), entry("b*.example.org"), entry("example.org"))
    marks = marks_of(chosen, lone_exceptions=True)
    assert shown(marks) == [("example.org", True, True)]
    assert marks_lost(marks) == [
        "left out: 1 family (a*.example.com), which this format cannot write"
    ]


def test_a_family_that_passes_opens_what_is_around_it() -> None:
    rules = [entry("example.com"), keep("up*.example.com"), entry("x.example.com")]
    marks = marks_of(selection(*rules), lone_exceptions=True)
    assert shown(marks) == [("example.com", True, False), ("x.example.com", True, True)]
    assert marks_lost(marks) == [
        "what is below 1 name (example.com) is not blocked, because families below have to resolve"
    ]


def test_a_family_that_reaches_below_blocked_names() -> None:
    rules = [keep("a.*.example.com"), keep("b*.*.example.org"), entry("x.example.com")]
    marks = marks_of(selection(*rules, entry("x.example.org")), lone_exceptions=True)
    assert shown(marks) == [
        ("x.example.com", True, True),
        ("a.x.example.com", False, False),
        ("x.example.org", True, False),
    ]
