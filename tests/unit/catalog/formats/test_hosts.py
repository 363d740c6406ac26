"""hosts(5) as blocklists use it."""

import pytest

from blocker.catalog.formats import hosts
from blocker.core.names import to_text, trie_key


def read(*lines: bytes) -> tuple[list[tuple[int, str]], list[tuple[int, bytes, str]]]:
    bad: list[tuple[int, bytes, str]] = []
    found = [
        (line, to_text(trie_key(key)))
        for line, key in hosts.keys(lines, lambda *fault: bad.append(fault))
    ]
    return found, bad


@pytest.mark.parametrize(
    "line",
    [
        b"0.0.0.0 example.org\n",
        b"127.0.0.1\texample.org",
        b"::1 example.org\r\n",
        b"::  Example.ORG # a comment\n",
        b"0 example.org#comment\n",
        b"0.0.0.0 example.org.\n",
        b"0:0:0:0:0:0:0:0 example.org\n",
        b"127.0.0.53 example.org\n",
        b"0.0.0.0 localhost example.org\n",
    ],
)
def test_a_line_with_a_name(line: bytes) -> None:
    assert read(line) == ([(1, "example.org")], [])


def test_several_names_on_a_line() -> None:
    found, bad = read(b"0.0.0.0 a.org b.org  c.org # d.org\n")
    assert (found, bad) == ([(1, "a.org"), (1, "b.org"), (1, "c.org")], [])


@pytest.mark.parametrize(
    "line",
    [
        b"\n",
        b"# 0.0.0.0 example.org\n",
        b"127.0.0.1 localhost localhost.localdomain\n",
        b"::1 ip6-localhost ip6-loopback\n",
        b"fe80::1%lo0 localhost\n",
        b"255.255.255.255 broadcasthost\n",
        b"ff02::1 ip6-allnodes\n",
        b"0.0.0.0 0.0.0.0\n",
    ],
)
def test_a_line_that_blocks_nothing(line: bytes) -> None:
    assert read(line) == ([], [])


@pytest.mark.parametrize(
    "line, why",
    [
        (b"192.0.2.7 printer.example.org\n", "leads to 192.0.2.7; only 0.0.0.0"),
        (b"fe80::1%eth0 router.example.org\n", "leads to fe80::1"),
        (b"example.org\n", "no address in front; is its format domains?"),
        (b"||example.org^\n", "no address in front"),
        (b"\xff\xfe\n", "no address in front"),
        (b"0.0.0.0 a/b\n", "not a host name"),
        (b"0.0.0.0 com\n", "a top-level domain"),
        (b"0.0.0.0 1.2.3.4\n", "an address"),
    ],
)
def test_a_bad_line(line: bytes, why: str) -> None:
    found, ((number, _, told),) = read(line)
    assert (found, number) == ([], 1)
    assert why in told


def test_a_bad_name_does_not_stop_its_line() -> None:
    found, bad = read(b"0.0.0.0 a.org b/c d.org\n")
    assert found == [(1, "a.org"), (1, "d.org")]
    assert [text for _, text, _ in bad] == [b"b/c"]


@pytest.mark.parametrize("word", [b"0.0.0.0", b"::1", b"fe80::1%lo0", b"192.0.2.1"])
def test_addresses(word: bytes) -> None:
    assert hosts.is_address(word)
    assert not hosts.is_address(b"x" + word)


def test_a_zone_may_be_any_octets() -> None:
    _, bad = read(b"fe80::1%x\x80 example.org")
    assert [line for line, _, _ in bad] == [1]
