"""The fast way to a key gives what the careful way does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocker.catalog.formats.key import key_of
from blocker.core.names import from_text, trie_key
from blocker.errors import InvalidName


@pytest.mark.parametrize(
    "name, same",
    [
        ("data.mistat.xiaomi.com", "data.mistat.xiaomi.com"),
        ("example.org.", "example.org"),
        ("_dmarc.example.org", "_dmarc.example.org"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("a.b-c.1and1.d3", "a.b-c.1and1.d3"),
        ("a" * 63 + ".org", "a" * 63 + ".org"),
        (".".join(["a" * 63] * 3 + ["b" * 61]), ".".join(["a" * 63] * 3 + ["b" * 61])),
    ],
)
def test_key_of_a_name(name: str, same: str) -> None:
    assert key_of(name.encode()) == trie_key(from_text(same))


@pytest.mark.parametrize(
    "name, why",
    [
        ("com", "one label"),
        ("", "one label"),
        (".", "one label"),
        ("com.", "one label"),
        ("192.0.2.1", "an address"),
        ("a..org", "an empty label"),
        (".a.org", "an empty label"),
        ("a.org..", "an empty label"),
        ("a" * 64 + ".org", "more than 63 octets"),
        (".".join(["a" * 63] * 3 + ["b" * 62]), "more than 255 octets"),
        ("a b.org", "not a host name"),
        ("*.example.org", "not a host name"),
        ("a/b.org", "not a host name"),
        ("bü cher.example", "not a host name"),
        ("\u3002", "not a host name"),
    ],
)
def test_what_has_none(name: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        key_of(name.encode())


def test_octets_that_are_no_text() -> None:
    with pytest.raises(ValueError, match="not a host name"):
        key_of(b"\xff\xfe.org")


@given(st.text(alphabet="ab-_9.", max_size=80))
def test_agrees_with_core_names(name: str) -> None:
    try:
        expected = trie_key(from_text(name))
        expected_to_fail = expected.count(b".") > 0 or len(name.strip(".").split(".")) < 2
    except InvalidName:
        expected, expected_to_fail = b"", True
    if expected_to_fail or name.removesuffix(".").rpartition(".")[2].isdigit():
        with pytest.raises(ValueError, match=r"\w"):
            key_of(name.encode())
    else:
        assert key_of(name.encode()) == expected
