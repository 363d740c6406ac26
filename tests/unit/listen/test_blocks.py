"""Header blocks, held against hpack's own encoder and decoder."""

import pytest
from hpack import Decoder, Encoder
from hpack.exceptions import HPACKError, OversizedHeaderListError
from hypothesis import given, settings
from hypothesis import strategies as st

from blocker.listen.blocks import Blocks

MOST = 16_384
fields = st.tuples(st.binary(min_size=1, max_size=30), st.binary(max_size=60))
spoken = st.lists(st.tuples(st.lists(fields, max_size=8), st.booleans()), max_size=6)


@settings(deadline=None)
@given(spoken)
def test_what_hpack_encodes_is_read(said: list[tuple[list[tuple[bytes, bytes]], bool]]) -> None:
    encoder, ours = Encoder(), Blocks(MOST)
    for some, huffman in said:
        assert ours.decode(encoder.encode(some, huffman=huffman)) == some


@settings(deadline=None)
@given(st.lists(st.binary(max_size=60), max_size=5))
def test_what_nobody_encoded_is_read_as_hpack_reads_it_or_refused(octets: list[bytes]) -> None:
    ours, theirs = Blocks(MOST), Decoder(MOST)
    for block in octets:
        try:
            read = ours.decode(block)
        except HPACKError:  # also of numbers that nobody needs, which hpack takes
            break
        assert read == [tuple(each) for each in theirs.decode(block, raw=True)]


def test_the_table_is_told_to_have_changed() -> None:
    ours = Blocks(MOST)
    blocks = (b"\x82\x87\x84", b"\x40\x01a\x01b", b"\xbe", b"\x20")
    said = [(ours.decode(block), ours.changed) for block in blocks]
    assert [changed for _, changed in said] == [False, True, False, True]
    assert said[2][0] == [(b"a", b"b")]


def test_what_unfolds_too_far_is_refused() -> None:
    ours = Blocks(MOST)
    large = b"\x40\x01a\x7f\x81\x1e" + bytes(3_968)
    ours.decode(large)
    with pytest.raises(OversizedHeaderListError):
        ours.decode(b"\xbe" * 5)


@pytest.mark.parametrize(
    "block",
    [
        b"\x80",  # index 0
        b"\xff\x80\x80\x80\x80\x01",  # a number without end
        b"\x40\x05ab",  # a text that is not there
        b"\x40\x81\xff\x00",  # a code that ends in the middle
        b"\x82\x20",  # another table size, but not at the beginning
        b"\x3f\xe1\x7f",  # a larger table than was allowed
        b"\x40",
    ],
)
def test_what_cannot_be_read(block: bytes) -> None:
    with pytest.raises(HPACKError):
        Blocks(MOST).decode(block)
