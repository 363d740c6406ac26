"""What a list says of itself, and what is reported of it."""

import pytest

from blocker.catalog.formats.reading import Coverage, Covered, Lines, Reading


@pytest.mark.parametrize(
    "match, convention, covered",
    [
        ("auto", "exact", "exact"),
        ("auto", "subtree", "subtree"),
        ("auto", "below", "below"),
        ("exact", "subtree", "exact"),
        ("exact", "below", "below"),
        ("subtree", "exact", "subtree"),
        ("subtree", "below", "subtree"),
    ],
)
def test_coverage(match: Coverage, convention: Covered, covered: Covered) -> None:
    assert Reading("l", Lines("f"), Lines("f"), match=match).covers(convention) == covered


def test_the_list_has_the_last_word_on_how_it_blocks() -> None:
    reading = Reading("l", Lines("f"), Lines("f"), answer="nodata")
    assert reading.rule(1, "x", "exact", mode="nxdomain").mode == "nodata"
    assert reading.rule(1, "x", "exact", action="local").action == "block"
    assert reading.rule(1, "x", "exact", action="allow").mode == ""


def test_a_rule_is_shown_without_what_a_terminal_obeys() -> None:
    reading = Reading("l", Lines("f"), Lines("f"))
    line = "||a.example^$dnsrewrite=\x1b[2J\x9b\u202e"
    assert reading.rule(1, line, "subtree").text == "||a.example^$dnsrewrite= [2J  "


def test_all_lines_are_counted_and_a_hundred_shown() -> None:
    lines = Lines("f")
    for number in range(500):
        lines(number, b"\xff\x1b[31m" * 400, "why")
    assert (lines.count, len(lines.first)) == (500, 100)
    shown = str(lines.first[0])
    assert "\x1b" not in shown
    assert len(shown) < 500
