"""Expressions of rules: what is one, and which are found in a name."""

import time

import pytest

from blocker.core.names import ROOT, from_text
from blocker.core.rule import Rule
from blocker.expressions import Expressions, fault
from tests.support.rules import listed, regex


def found(name: str, *patterns: str) -> list[str]:
    searched = Expressions([regex(pattern) for pattern in patterns])
    return sorted(rule.text for rule in searched.find(from_text(name)))


@pytest.mark.parametrize(
    "pattern, name, is_found",
    [
        ("ads", "www.ads.example", True),
        ("ads", "roads.example", True),  # it is searched for, not matched whole
        ("^ads", "www.ads.example", False),
        ("^ads[0-9]+\\.", "ads17.example", True),
        ("^ads[0-9]+\\.", "ADS17.Example", True),  # names are folded
        ("^ADS", "ads.example", True),  # and so are expressions
        ("(?i)^ADS", "ads.example", True),
        ("example$", "ads.example", True),  # without the final dot
        ("example\\.$", "ads.example", False),
        ("^ads.example$", "adsxexample", True),
        ("^$", ".", True),
        ("x{3,5}", "axxxb.example", True),
        ("^[^.]+$", "localhost", True),
        ("^[^.]+$", "a.b", False),
        ("(^|\\.)a\\.b$", "a.b", True),
        ("(^|\\.)a\\.b$", "xa.b", False),
        (f"^{'a' * 31}$", "a" * 31, True),
        (f"^{'a' * 32}$", "a" * 32, True),
        (f"^{'a' * 45}\\.{'b' * 48}\\.c$", f"{'a' * 45}.{'b' * 48}.c", True),
        (f"^a\\.{'b' * 29}$", f"a.{'b' * 29}", True),
        (f"^{'a' * 29}\\.b\\.c$", f"{'a' * 29}.b.c", True),
    ],
)
def test_an_expression_is_searched_for(pattern: str, name: str, is_found: bool) -> None:
    assert found(name, pattern) == ([pattern] if is_found else [])


def test_all_that_are_found_are_told() -> None:
    patterns = ("^ads", "track", "example$", "never")
    assert found("ads.tracker.example", *patterns) == ["^ads", "example$", "track"]


@pytest.mark.parametrize("pattern", ["(", "[a", "a{2,1}", "*a", "(?<=a)b", "(a)\\1", "a{9999}"])
def test_what_is_no_expression_is_told_why_and_left_out(pattern: str) -> None:
    why = fault(pattern)
    assert why
    assert why == why.strip()
    assert found("aab.example", pattern, "^aab") == ["^aab"]


@pytest.mark.parametrize("pattern", ["a", "", "^a|b$", "[[:alpha:]]", "\\d+", "(?i)a"])
def test_what_is_one_has_no_fault(pattern: str) -> None:
    assert fault(pattern) is None


def test_a_label_s_octets_are_searched_as_they_are() -> None:
    searched = Expressions([regex("^a b"), regex("\\."), regex("\\x00")])
    assert [rule.text for rule in searched.find(b"\x03a b\x00")] == ["^a b"]
    assert [rule.text for rule in searched.find(b"\x01\x00\x00")] == ["\\x00"]
    assert list(searched.find(b"\x02\xff\xfe\x00")) == []
    assert list(searched.find(ROOT)) == []


def test_rules_without_an_expression_are_left_out() -> None:
    assert not Expressions([listed("a.example")])
    assert not Expressions([regex("(")])
    assert Expressions([listed("a.example"), regex("a")])


@pytest.mark.parametrize(
    "rules, exceptions",
    [
        ([regex("a")], False),
        ([regex("a"), regex("b", "allow")], True),
        ([regex("a", important=True)], True),
        ([regex("(", "allow"), regex("a")], False),
        ([], False),
    ],
)
def test_whether_one_may_overrule_a_name(rules: list[Rule], exceptions: bool) -> None:
    assert Expressions(rules).exceptions is exceptions


def test_letters_of_either_case_are_meant() -> None:
    searched = Expressions([regex("^ADS"), regex(r"\D\.X$"), regex("^b")])
    assert [rule.text for rule in searched.find(from_text("ads.x"))] == ["^ADS", r"\D\.X$"]


def test_an_expression_is_no_attack() -> None:
    # Back-tracking over this takes 2^60 steps.
    label = "a" * 60 + "b"
    searched = Expressions([regex("^(a+)+$"), regex("(a|aa)+$"), regex("(.*)*x")])
    name = from_text(f"{label}.{label}.{label}")
    started = time.process_time()
    for _ in range(100):
        assert not searched.find(name)
    assert time.process_time() - started < 1


def test_more_expressions_than_memory_for_them_are_found_all_the_same() -> None:
    patterns = [f"^x{number:04}[a-z]{{1,20}}\\.(com|net|org)$" for number in range(3_000)]
    searched = Expressions([regex(pattern) for pattern in patterns])
    for number in (0, 1_500, 2_999):
        name = from_text(f"x{number:04}abc.net")
        assert [rule.text for rule in searched.find(name)] == [patterns[number]]
