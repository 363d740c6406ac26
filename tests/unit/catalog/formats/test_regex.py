"""The format of one expression a line."""

from blocker.catalog.formats import regex
from tests.support.reading import read


def test_expressions_with_slashes_and_without() -> None:
    told = read(
        regex.items, ["# c", r"^ad[sx]?[0-9]*[-.]", r"/(^|\.)track\./", r"@@/good/", "", "Ads$"]
    )
    assert [(rule.line, rule.text, rule.action) for rule in told.rules] == [
        (2, r"^ad[sx]?[0-9]*[-.]", "block"),
        (3, r"(^|\.)track\.", "block"),
        (4, "good", "allow"),
        (6, "Ads$", "block"),
    ]
    assert {rule.match for rule in told.rules} == {"regex"}
    assert told.bad == []


def test_bad_ones_are_reported_and_passed_over() -> None:
    told = read(regex.items, ["(", "(?!x)y", ".*", "a b", "good"])
    assert [rule.text for rule in told.rules] == ["good"]
    assert [line.partition(":")[0] for line in told.bad] == ["1", "2", "3", "4"]
