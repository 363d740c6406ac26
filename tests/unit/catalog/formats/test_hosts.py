"""hosts(5) as blocklists use it."""

import pytest

from blocker.catalog.formats import hosts
from blocker.core.rule import LocalRecord
from tests.support.reading import read


@pytest.mark.parametrize(
    "line",
    [
        "0.0.0.0 example.org",
        "127.0.0.1\texample.org",
        "::1 example.org\r",
        "::  Example.ORG # a comment",
        "0.0.0.0 example.org#comment",
        "0 example.org",
        "0.0.0.0 example.org.",
        "0:0:0:0:0:0:0:0 example.org",
        "0.0.0.0 localhost example.org",
    ],
)
def test_a_line_with_a_name(line: str) -> None:
    told = read(hosts.items, line)
    assert (told.names, told.bad) == (["1 =example.org"], [])


def test_several_names_on_a_line() -> None:
    told = read(hosts.items, "0.0.0.0 a.org b.org  c.org # d.org")
    assert (told.names, told.bad) == (["1 =a.org", "1 =b.org", "1 =c.org"], [])


@pytest.mark.parametrize(
    "line",
    [
        "",
        "# 0.0.0.0 example.org",
        "127.0.0.1 localhost localhost.localdomain",
        "::1 ip6-localhost ip6-loopback",
        "fe80::1%lo0 localhost",
        "255.255.255.255 broadcasthost",
        "ff02::1 ip6-allnodes",
        "0.0.0.0 0.0.0.0",
    ],
)
def test_a_line_that_blocks_nothing(line: str) -> None:
    told = read(hosts.items, line)
    assert (told.names, told.rules, told.bad) == ([], [], [])


def test_a_real_address_is_answered_with() -> None:
    told = read(hosts.items, ["192.0.2.7 nas.lan nas", "2001:db8::7 nas.lan"])
    nas_lan, nas = told.rules
    four, six = LocalRecord(1, 60, b"\xc0\x00\x02\x07"), b"\x20\x01\x0d\xb8" + bytes(11) + b"\x07"
    assert (nas_lan.match, nas_lan.action, nas_lan.line) == ("exact", "local", 1)
    assert nas_lan.records == (four, LocalRecord(28, 60, six))
    assert (nas.name, nas.records) == (b"\x03nas\x00", (four,))


@pytest.mark.parametrize("rewrites", [True, False])
def test_other_loopback_addresses_block_only_where_nothing_may_be_rewritten(rewrites: bool) -> None:
    told = read(hosts.items, "127.0.0.53 example.org", rewrites=rewrites)
    assert (len(told.names), len(told.rules)) == ((0, 1) if rewrites else (1, 0))


def test_a_list_that_allows_says_nothing_of_addresses() -> None:
    told = read(hosts.items, "192.0.2.7 nas.lan", action="allow", rewrites=False)
    assert (told.names, told.rules, told.bad) == (["1 =nas.lan"], [], [])


@pytest.mark.parametrize(
    "line, why",
    [
        ("192.0.2.7 printer.example.org", "leads to 192.0.2.7; only 0.0.0.0"),
        ("fe80::1%eth0 router.example.org", "leads to fe80::1"),
        ("127.0.0.1", "an address without a name"),
        ("::1 # localhost # comment", "an address without a name"),
        ("0.0.0.0 a/b", "not a host name"),
        ("0.0.0.0 com", "a top-level domain"),
        ("0.0.0.0 co.uk", "a suffix"),
        ("0.0.0.0 1.2.3.4", "an address"),
    ],
)
def test_a_bad_line(line: str, why: str) -> None:
    told = read(hosts.items, line, rewrites=False)
    assert (told.names, told.rules) == ([], [])
    assert [why in complaint for complaint in told.bad] == [True]


def test_a_bad_name_does_not_stop_its_line() -> None:
    told = read(hosts.items, "0.0.0.0 a.org b/c d.org")
    assert told.names == ["1 =a.org", "1 =d.org"]
    assert told.bad == ["1: 'b/c': not a host name"]


@pytest.mark.parametrize("word", [b"0.0.0.0", b"::1", b"fe80::1%lo0", b"192.0.2.1"])
def test_addresses(word: bytes) -> None:
    assert hosts.is_address(word)
    assert not hosts.is_address(b"x" + word)
