"""The file's frame: what is sound is read, all else is refused in words."""

from ipaddress import ip_network
from pathlib import Path

import pytest

from blocker.core.names import from_text
from blocker.core.policy import Rule
from blocker.core.rule import Condition, LocalRecord
from blocker.errors import RulesetError
from blocker.ruleset import RulesetWriter, open_ruleset, verify
from blocker.ruleset.layout import (
    EXACT,
    OVERFLOW,
    SOURCE_SHIFT,
    decode_entry,
    encode_entry,
    source_of,
)

FULL = Rule(
    text="*-stsdk.vivo.com.cn",
    name=from_text("vivo.com.cn"),
    match="pattern",
    action="block",
    layer="curated",
    list="lists/vendors/vivo.yaml",
    line=12,
    vendor="vivo",
    product="Funtouch",
    purpose="analytics",
    breakage="minor",
    breaks="the Ümlaut",
    reason="why not",
    evidence=("a", "b"),
    confidence="measured",
    inferred=True,
    shared=True,
    important=True,
    unless=(b"\x01c\x01a\x00",),
    condition=Condition(types=(1, 28), other_clients=("192.0.2.0/24", "lab")),
    mode="nodata",
    records=(LocalRecord(1, 60, b"\xc0\x00\x02\x01"),),
    network=ip_network("2001:db8::/32"),
)
BARE = Rule("", b"\x00", "subtree", "allow", "keep", "", 0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "a.ruleset"
    writer = RulesetWriter()
    writer.add_rule(FULL)
    writer.add_list("list", "block", [(EXACT | 1, from_text("example.org")[::-1])])
    writer.write(path, "v1")
    return path


@pytest.mark.parametrize("rule", [FULL, BARE], ids=["full", "bare"])
def test_an_entry_comes_back_as_it_was(rule: Rule) -> None:
    assert decode_entry(encode_entry(rule)) == rule


def test_an_entry_stores_only_what_it_says() -> None:
    assert len(encode_entry(BARE)) < len(encode_entry(FULL)) / 2


def test_flags_are_no_part_of_the_source() -> None:
    assert source_of(EXACT | OVERFLOW | 7 << SOURCE_SHIFT | 99) == 7


def test_a_sound_file_is_sound(path: Path) -> None:
    verify(path)


@pytest.mark.parametrize("end", [0, 1, 39, 100, -1, -40, -41])
def test_a_file_cut_short_is_refused(path: Path, end: int) -> None:
    path.write_bytes(path.read_bytes()[:end])
    with pytest.raises(RulesetError, match="cannot be used as a ruleset"):
        open_ruleset(path)


def test_a_file_that_grew_is_refused(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[:50] + whole)
    with pytest.raises(RulesetError, match="not as long as it says"):
        open_ruleset(path)


@pytest.mark.parametrize("content", [b"", b"0.0.0.0 example.org\n" * 99, bytes(4096)])
def test_another_file_is_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(RulesetError, match="cannot be used as a ruleset"):
        open_ruleset(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(RulesetError, match="cannot be read"):
            open_ruleset(path)
        with pytest.raises(RulesetError, match="cannot be read"):
            verify(path)


def test_another_format_is_refused(path: Path) -> None:
    whole = bytearray(path.read_bytes())
    whole[-32] = 9
    path.write_bytes(whole)
    with pytest.raises(RulesetError, match="it has format 9, this release reads 3"):
        open_ruleset(path)


def test_every_single_damaged_octet_is_noticed(path: Path) -> None:
    whole = path.read_bytes()
    for position in range(0, len(whole), 7):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 0x10]) + whole[position + 1 :])
        with pytest.raises(RulesetError):
            verify(path)


def test_opening_notices_damage_to_the_header(path: Path) -> None:
    whole = path.read_bytes()
    position = whole.index(b'"version"')
    path.write_bytes(whole[:position] + b"X" + whole[position + 1 :])
    with pytest.raises(RulesetError, match="its header is damaged"):
        open_ruleset(path)


def test_a_trie_that_is_not_its_own_is_refused(path: Path, tmp_path: Path) -> None:
    """A header that fits, before it what is no trie: marisa's own checks are turned into ours."""
    whole = bytearray(path.read_bytes())
    whole[:64] = bytes(64)
    path.write_bytes(whole)
    with pytest.raises(RulesetError, match="cannot be used as a ruleset"):
        open_ruleset(path)
