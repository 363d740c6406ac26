"""Invariant: whatever octets a list holds, a format yields keys of host names and reports the rest.

Permitted: any number of reports. Not permitted: an exception, a key that is no name, a line number
that is not in the file, or a name that the careful parser reads otherwise.
"""

from collections.abc import Callable, Iterable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blocker.catalog.formats import domains, hosts
from blocker.catalog.subscriptions import recognise
from blocker.core.names import from_text, to_text, trie_key

Format = Callable[[Iterable[bytes], Callable[[int, bytes, str], None]], Iterator[tuple[int, bytes]]]
_NAMES = st.sampled_from(
    ["a.org", "A.B-c.example.", "localhost", "com", "1.2.3.4", "xn--a.org", "bücher.example",
     "a..b", "-", ".", "*.a.org", "||a.org^", "a" * 64 + ".org", "b." * 130 + "org"]
).map(str.encode)  # fmt: skip
_ADDRESSES = st.sampled_from([b"0.0.0.0", b"127.0.0.1", b"::1", b"192.0.2.1", b"fe80::1%x", b"0"])
_GLUE = st.sampled_from([b" ", b"\t", b"#", b" # ", b"!", b"\r\n", b"\n", b"", b"\x00", b"\xff"])
_WRITTEN = st.lists(st.one_of(_NAMES, _ADDRESSES, _GLUE, st.binary(max_size=8)), max_size=40)


@pytest.mark.parametrize("keys", [domains.keys, hosts.keys])
@settings(max_examples=300, deadline=None)
@given(parts=_WRITTEN)
def test_any_octets(keys: Format, parts: list[bytes]) -> None:
    lines = b"".join(parts).splitlines(keepends=True)
    bad: list[int] = []
    for number, key in keys(lines, lambda line, text, why: bad.append(line)):
        assert 1 <= number <= len(lines)
        name = trie_key(key)
        text = to_text(name)
        assert from_text(text) == name
        assert "\\" not in text
        assert "." in text
        assert len(name) <= 255
    assert all(1 <= line <= len(lines) for line in bad)
    assert recognise(lines) in ("domains", "hosts")


@settings(max_examples=200, deadline=None)
@given(
    names=st.lists(
        st.lists(st.from_regex(r"[a-z]([a-z0-9-]{0,5}[a-z0-9])?", fullmatch=True), min_size=2,
                 max_size=4).map(".".join),
        max_size=20,
    )
)  # fmt: skip
def test_good_names_are_all_read_alike(names: list[str]) -> None:
    expected = [(number, trie_key(from_text(name))) for number, name in enumerate(names, 1)]
    refused: list[int] = []

    def bad(number: int, text: bytes, why: str) -> None:
        refused.append(number)

    plain = [f"{name}\n".encode() for name in names]
    addressed = [f"0.0.0.0 {name} # {name}\n".encode() for name in names]
    assert list(domains.keys(plain, bad)) == expected
    assert list(hosts.keys(addressed, bad)) == expected
    assert refused == []
