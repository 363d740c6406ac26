"""Expressions are checked before they are compiled for good."""

import pytest

from blocker.catalog.formats.expression import expression


@pytest.mark.parametrize("written", [r"example\.org", r"^Ad[0-9]+\.", "f", "a{2,5}", r"Ads\D"])
def test_an_expression_stays_as_it_is(written: str) -> None:
    assert expression(written) == written


@pytest.mark.parametrize(
    "written, why",
    [
        ("", "an expression of 0 characters"),
        ("a" * 2001, "an expression of 2001 characters"),
        ("a b", "a space"),
        ("xx(\x1b]0;owned\x07)?yy", "a character that cannot be seen"),
        ("*", "not a regular expression of RE2: no argument for repetition"),
        ("?", "not a regular expression of RE2"),
        ("(", "not a regular expression of RE2"),
        (r"(a)\2", "invalid escape sequence"),
        ("[g-1]", "invalid character class range"),
        ("(?!x)", "invalid perl operator"),
        (".*", "found in every name"),
        ("x?", "found in every name"),
    ],
)
def test_what_is_none(written: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        expression(written)
