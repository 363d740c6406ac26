"""Types by name and by number."""

import pytest

from blocker.explain.qtypes import TYPES, type_name, type_number


def test_names_and_numbers() -> None:
    assert [type_number(text) for text in ("A", "aaaa", "HTTPS", "TYPE65", "type0")] == [
        *(1, 28, 65, 65, 0),
    ]
    assert [type_name(number) for number in (1, 28, 65, 65_280)] == [
        "A",
        "AAAA",
        "HTTPS",
        "TYPE65280",
    ]


def test_every_name_is_its_numbers_name() -> None:
    assert {name: type_number(type_name(number)) for name, number in TYPES.items()} == TYPES


@pytest.mark.parametrize("text", ["", "B", "TYPE", "TYPE65536", "TYPE-1", "65", "TYPE\u0661"])
def test_what_is_no_type(text: str) -> None:
    with pytest.raises(ValueError, match="is not a type; write one like A, AAAA"):
        type_number(text)
