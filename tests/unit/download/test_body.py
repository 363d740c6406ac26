"""What arrives, however it is cut."""

import gzip
import hashlib
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocker.download.body import LONGEST_LINE, Body, Content
from blocker.download.source import DownloadError


def anything(head: bytes) -> None:
    return None


def feed(chunks: list[bytes], *, encoding: str = "", limit: int = 1 << 20) -> tuple[bytes, Content]:
    file = BytesIO()
    body = Body(file, limit, anything, encoding)
    for chunk in chunks:
        body.feed(chunk)
    return file.getvalue(), body.finish()


def cut(octets: bytes, sizes: list[int]) -> list[bytes]:
    pieces = []
    for size in sizes:
        pieces.append(octets[:size])
        octets = octets[size:]
    return [*pieces, octets]


LINE = st.sampled_from(
    [b"a.example", b"", b"# a", b"  ! b", b"; c", b"\t0.0.0.0 d.example # e", b"\r"]
)


@given(st.lists(LINE, min_size=1), st.lists(st.integers(2, 40), max_size=9), st.booleans())
def test_cuts_make_no_difference(written: list[bytes], sizes: list[int], packed: bool) -> None:
    text = b"\n".join([b"one.example", *written])
    sent, encoding = (gzip.compress(text), "gzip") if packed else (text, "")
    file, content = feed(cut(sent, sizes), encoding=encoding)
    assert file == text
    counted = [
        line for line in text.split(b"\n") if line.strip() and line.strip()[:1] not in b"#!;"
    ]
    assert content.lines == len(counted)
    assert content.octets == len(text)
    assert content.digest == hashlib.blake2b(text, digest_size=16).hexdigest()


def test_gzip_in_several_parts_and_padded() -> None:
    sent = gzip.compress(b"a.example\n") + gzip.compress(b"b.example\n") + bytes(512)
    assert feed([sent], encoding="gzip")[0] == b"a.example\nb.example\n"
    assert feed([sent[:40], sent[40:]])[0] == b"a.example\nb.example\n"


def test_much_in_little_within_the_limit() -> None:
    text = b"a.example\n" * 500_000
    assert feed([gzip.compress(text)], encoding="gzip", limit=len(text))[0] == text
    with pytest.raises(DownloadError, match=f"larger than {len(text) - 1:,} octets"):
        feed([gzip.compress(text)], encoding="gzip", limit=len(text) - 1)


def test_a_bomb_is_not_unpacked_beyond_the_limit() -> None:
    file = BytesIO()
    body = Body(file, 1 << 20, anything, "gzip")
    bomb = gzip.compress(b"a.example\n" * (10 << 20))
    with pytest.raises(DownloadError, match="larger than"):
        body.feed(bomb)
    assert len(file.getvalue()) <= 1 << 20


@pytest.mark.parametrize("end", [-1, -8, -9, 12, 3])
def test_gzip_that_ends_early(end: int) -> None:
    with pytest.raises(DownloadError, match="its gzip ends in the middle"):
        feed([gzip.compress(b"a.example\n" * 9)[:end]], encoding="gzip")


def test_a_long_line() -> None:
    assert feed([b"a" * LONGEST_LINE])[1].lines == 1
    for chunks in ([b"a" * LONGEST_LINE, b"a"], [b"b\n" + b"a" * (LONGEST_LINE + 1)]):
        with pytest.raises(DownloadError, match="a line of more than 64 KiB"):
            feed(chunks)


def test_the_beginning_is_looked_at_once_and_whole() -> None:
    seen = []

    def look(head: bytes) -> str | None:
        seen.append(head)
        return "is no list" if head.startswith(b"{") else None

    body = Body(BytesIO(), 1 << 20, look)
    for _ in range(20_000):
        body.feed(b"a.example\n")
    body.finish()
    assert seen == [(b"a.example\n" * 6554)[: 64 << 10]]
    body = Body(BytesIO(), 100, look)
    body.feed(b'{"a": 1}')  # too little to tell yet
    with pytest.raises(DownloadError, match="it is no list"):
        body.finish()
