"""Errors as a person reads them."""

import pytest

from blocker.errors import BlockerError, InvalidName, Problem, Problems, RulesetError, StartError


def test_problem_is_one_line_with_its_place_and_what_to_write() -> None:
    problem = Problem("lists/keep.yaml", 7, "keep[time.mi.com].reason", "is missing", "add it")
    assert str(problem) == "lists/keep.yaml:7: keep[time.mi.com].reason: is missing; add it"


def test_problem_leaves_out_what_is_not_known() -> None:
    assert str(Problem("blocker.yaml", 0, "", "cannot be read")) == "blocker.yaml: cannot be read"


def test_problems_sort_in_the_order_of_the_file() -> None:
    late, early = Problem("a.yaml", 10, "", "x"), Problem("a.yaml", 9, "", "y")
    assert sorted([late, early]) == [early, late]


def test_problems_show_all_of_them() -> None:
    error = Problems(Problem("f", line, "", "wrong") for line in (1, 2))
    assert str(error) == "f:1: wrong\nf:2: wrong"
    assert [problem.line for problem in error.problems] == [1, 2]


@pytest.mark.parametrize("kind", [Problems, StartError, RulesetError])
def test_what_a_person_can_put_right_has_one_base(kind: type[Exception]) -> None:
    assert issubclass(kind, BlockerError)


def test_a_name_is_a_value() -> None:
    assert issubclass(InvalidName, ValueError)
    assert not issubclass(InvalidName, BlockerError)
