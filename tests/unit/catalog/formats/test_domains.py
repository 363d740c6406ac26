"""The format of one name a line."""

import pytest

from blocker.catalog.formats import domains
from blocker.core.names import to_text, trie_key


def read(*lines: bytes) -> tuple[list[tuple[int, str]], list[tuple[int, bytes, str]]]:
    bad: list[tuple[int, bytes, str]] = []
    found = [
        (line, to_text(trie_key(key)))
        for line, key in domains.keys(lines, lambda *fault: bad.append(fault))
    ]
    return found, bad


@pytest.mark.parametrize(
    "line",
    [
        b"example.org\n",
        b"example.org",
        b"  Example.ORG \r\n",
        b"example.org # a comment\n",
        b"example.org\t! another\n",
        b"example.org.\n",
    ],
)
def test_a_line_with_a_name(line: bytes) -> None:
    assert read(line) == ([(1, "example.org")], [])


@pytest.mark.parametrize("line", [b"", b"\n", b" \t\r\n", b"# c\n", b"! c\n", b"#example.org\n"])
def test_a_line_without_one(line: bytes) -> None:
    assert read(line) == ([], [])


@pytest.mark.parametrize(
    "line, why",
    [
        (b"||example.org^\n", "adblock syntax"),
        (b"@@||example.org^\n", "adblock syntax"),
        (b"*.example.org\n", "a wildcard"),
        (b"0.0.0.0 example.org\n", "several words; is its format hosts?"),
        (b"com\n", "a top-level domain"),
        (b"192.0.2.1\n", "an address"),
        (b"example.org#c\n", "not a host name"),
        (b"<html>\n", "not a host name"),
    ],
)
def test_a_bad_line(line: bytes, why: str) -> None:
    found, ((number, text, told),) = read(line)
    assert (found, number) == ([], 1)
    assert text == line.strip()
    assert why in told


def test_a_bad_line_does_not_stop_the_list() -> None:
    found, bad = read(b"a.org\n", b"<b>\n", b"\n", b"c.org\n")
    assert found == [(1, "a.org"), (4, "c.org")]
    assert [number for number, _, _ in bad] == [2]
