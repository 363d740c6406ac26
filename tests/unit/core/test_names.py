"""Names: text at the edges, wire form inside, and nothing that could be taken for either."""

import pytest

from blocker.core.names import (
    ROOT,
    from_text,
    is_below,
    labels,
    parents,
    starts_label,
    to_text,
    trie_key,
)
from blocker.errors import InvalidName


@pytest.mark.parametrize(
    "text, wire",
    [
        ("data.mistat.xiaomi.com", b"\x04data\x06mistat\x06xiaomi\x03com\x00"),
        ("Data.Mistat.XIAOMI.com.", b"\x04data\x06mistat\x06xiaomi\x03com\x00"),
        (".", ROOT),
        ("com", b"\x03com\x00"),
        ("_dns._udp.example", b"\x04_dns\x04_udp\x07example\x00"),
        (r"a\.b.example", b"\x03a.b\x07example\x00"),
        (r"a\046b.example", b"\x03a.b\x07example\x00"),
        (r"\000\255.example", b"\x02\x00\xff\x07example\x00"),
        (r"a\\b.example.", b"\x03a\\b\x07example\x00"),
        ("bücher.example", b"\x0dxn--bcher-kva\x07example\x00"),
        ("BÜCHER.example.", b"\x0dxn--bcher-kva\x07example\x00"),
        ("例え。テスト", b"\x0bxn--r8jz45g\x0axn--zckzah\x00"),
        ("bücher\uff0eexample", b"\x0dxn--bcher-kva\x07example\x00"),
        ("bücher\uff61example", b"\x0dxn--bcher-kva\x07example\x00"),
        ("a" * 63 + ".example", b"\x3f" + b"a" * 63 + b"\x07example\x00"),
    ],
)
def test_text_becomes_folded_wire_form(text: str, wire: bytes) -> None:
    assert from_text(text) == wire


@pytest.mark.parametrize(
    "text, why",
    [
        ("", "empty label"),
        ("..", "empty label"),
        (".example", "empty label"),
        ("a..example", "empty label"),
        ("é..example", "empty label"),
        ("a" * 64 + ".example", "label of 64 octets"),
        (".".join(["a" * 63] * 4), "takes 257 octets"),
        ("a\\", "ends in a backslash"),
        (r"a\25", "three digits"),
        (r"a\256", "three digits"),
        (r"a\2x5", "three digits"),
        ("é" * 63, "no internationalised name"),
        ("\u00ad.example", "no internationalised name|empty label"),  # a soft hyphen alone
        (r"\046é.example", "do not mix"),
        ("a\u2024b.example", "stands for a full stop"),  # one dot leader
    ],
)
def test_what_is_no_name_says_why(text: str, why: str) -> None:
    with pytest.raises(InvalidName, match=why):
        from_text(text)


@pytest.mark.parametrize(
    "wire, text",
    [
        (ROOT, "."),
        (b"\x04data\x06xiaomi\x03com\x00", "data.xiaomi.com"),
        (b"\x03a.b\x07example\x00", r"a\.b.example"),
        (b'\x05"();@\x02$\\\x00', r"\"\(\)\;\@.\$\\"),
        (b"\x04\x00\x20\x7f\xff\x00", r"\000\032\127\255"),
    ],
)
def test_wire_form_becomes_text_that_can_be_pasted(wire: bytes, text: str) -> None:
    assert to_text(wire) == text
    assert from_text(text) == wire


def test_labels_and_parents() -> None:
    name = from_text("a.bc.def")
    assert list(labels(name)) == [b"a", b"bc", b"def"]
    assert list(parents(name)) == [name, from_text("bc.def"), from_text("def")]
    assert list(labels(ROOT)) == list(parents(ROOT)) == []


def test_below_means_whole_labels() -> None:
    zone = from_text("xiaomi.com")
    assert is_below(from_text("xiaomi.com"), zone)
    assert is_below(from_text("a.b.xiaomi.com"), zone)
    assert not is_below(from_text("notxiaomi.com"), zone)
    assert not is_below(from_text("com"), zone)
    assert not is_below(b"\x09ab\x06xiaomi\x03com\x00", zone)  # one label: ab\006xiaomi
    assert is_below(from_text("a.example"), ROOT)


def test_labels_start_where_they_start() -> None:
    name = from_text("ab.cde")
    assert [at for at in range(len(name)) if starts_label(name, at)] == [0, 3, 7]


def test_a_zones_key_is_a_prefix_of_the_keys_below_it() -> None:
    zone, name = from_text("xiaomi.com"), from_text("data.xiaomi.com")
    assert trie_key(name).startswith(trie_key(zone))
    assert trie_key(trie_key(name)) == name
