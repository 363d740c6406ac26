"""Special names as a table; what is answered is tested in tests/protocol."""

import pytest

from blocker.core.names import from_text
from blocker.core.special import find, minimal, refusal, tail
from blocker.core.wire import parse_query
from tests.support.packets import ANY, DS, A, query


@pytest.mark.parametrize(
    "name, zone",
    [
        ("localhost", "localhost"),
        ("a.b.localhost", "localhost"),
        ("a.home.arpa", "home.arpa"),
        ("1.0.0.10.in-addr.arpa", "10.in-addr.arpa"),
        ("mask.icloud.com", "mask.icloud.com"),
    ],
)
def test_the_zone_that_a_name_lies_in(name: str, zone: str) -> None:
    special = find(from_text(name))
    assert special is not None
    assert special.zone == zone


@pytest.mark.parametrize(
    "name", [".", "t", "st", "est", "a.est", "example", "in-addr.arpa", "x.mask.icloud.com"]
)
def test_names_that_are_not_special(name: str) -> None:
    assert find(from_text(name)) is None


def test_what_is_forwarded_all_the_same() -> None:
    def forwarded(name: str, qtype: int) -> bool:
        return tail(parse_query(query(name, qtype))) is None

    assert forwarded("home.arpa", DS)
    assert not forwarded("home.arpa", A)
    assert not forwarded("a.home.arpa", DS)
    assert not forwarded("local", DS)


@pytest.mark.parametrize("name", ["www.example.com", "printer.local", "1.0.0.10.in-addr.arpa"])
@pytest.mark.parametrize(
    "qtype, qclass, refused",
    [
        *((1, 1, False), (65, 1, False), (127, 1, False), (256, 1, False), (65_535, 1, False)),
        *((128, 1, True), (252, 1, True), (ANY, 1, False), (41, 1, True), (1, 3, True)),
    ],
)
def test_meta_types_and_other_classes_are_asked_of_no_name(
    name: str, qtype: int, qclass: int, refused: bool
) -> None:
    assert (refusal(parse_query(query(name, qtype, qclass=qclass))) is not None) is refused


@pytest.mark.parametrize("name", ["www.example.com", "nas.lan"])
def test_any_stays_here(name: str) -> None:
    assert minimal(parse_query(query(name))) is None
    asked = parse_query(query(name, ANY))
    assert minimal(asked) is not None
    assert tail(asked) is not None
