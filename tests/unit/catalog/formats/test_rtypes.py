"""Record types by name."""

import dnslib
import pytest

from blocker.catalog.formats.rtypes import TYPES, type_number


@pytest.mark.parametrize(
    "text, number", [("A", 1), ("aaaa", 28), ("HTTPS", 65), ("TYPE65", 65), ("type0", 0)]
)
def test_types(text: str, number: int) -> None:
    assert type_number(text) == number


@pytest.mark.parametrize("text", ["", "AA", "TYPE", "TYPE65536", "TYPE-1", "TYPE²"])
def test_no_types(text: str) -> None:
    with pytest.raises(ValueError, match="is not a record type"):
        type_number(text)


def test_the_numbers_are_those_that_others_know() -> None:
    known = dnslib.QTYPE.reverse
    assert {
        name: number for name, number in TYPES.items() if known.get(name, number) != number
    } == {}
