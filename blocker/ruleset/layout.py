"""What a ruleset file looks like, and whether one is sound.

    trie      marisa-trie of reversed wire names; it numbers its keys 0..n-1 (it must come first:
              marisa maps from the start of a file and ignores what follows)
    slots     u64 for each key: its row, or with OVERFLOW set the place of its rows in `more`
    more      u64: a count, then so many rows
    offsets   u64: where each entry starts in `entries`, and where the last one ends
    entries   rules that say more than a name, a JSON object each, parsed when first matched
    header    JSON: version, counts, sources, relations, the entries without a key, and where the
              sections lie
    footer    magic, format, lengths and checksums

A row is one rule at one key: flags | source << 40 | line, or with ENTRY the number of its entry.
"""

import json
import os
import sys
import zlib
from array import array
from collections.abc import Callable, Mapping
from dataclasses import MISSING, asdict, fields
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from struct import Struct
from typing import Any, BinaryIO, Final

from blocker.core.policy import Relation, Rule
from blocker.core.rule import Condition, LocalRecord
from blocker.errors import RulesetError

SOURCE_SHIFT: Final = 40
NUMBER: Final = (1 << SOURCE_SHIFT) - 1  # the bits of a row that hold a line or an entry
ENTRY: Final = 1 << 59
ALLOW: Final = 1 << 60  # an exception, on a list that blocks
BELOW: Final = 1 << 61  # what is below the name, without it
EXACT: Final = 1 << 62  # the name without what is below it
OVERFLOW: Final = 1 << 63
CATALOGUE: Final = 1  # the source of the curated entries

Progress = Callable[[str, int, int], None]  # what is being done, how far it is, of how many

_MAGIC: Final = b"blkrules"
_FORMAT: Final = 3
_FOOTER: Final = Struct("<8sIIQQII")  # magic, format, header: length, offset; size; two checksums
_CHUNK: Final = 1 << 20
_FIELDS: Final = tuple(field.name for field in fields(Rule))
_REQUIRED: Final = frozenset(field.name for field in fields(Rule) if field.default is MISSING)


def source_of(row: int) -> int:
    """Which source a row belongs to, counted from 1."""
    return (row & (ENTRY - 1)) >> SOURCE_SHIFT


def encode_entry(rule: Rule) -> bytes:
    """A rule as JSON, without what it does not say."""
    told = ((name, getattr(rule, name)) for name in _FIELDS)  # asdict() would copy every value
    said = {name: value for name, value in told if value or name in _REQUIRED}
    return json.dumps(said, ensure_ascii=False, default=_plain).encode()


def decode_entry(encoded: bytes) -> Rule:
    said = json.loads(encoded)
    for field, read in _READ.items():
        if field in said:
            said[field] = read(said[field])
    return Rule(**said)


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    return str(value) if isinstance(value, IPv4Network | IPv6Network) else asdict(value)


def _condition(said: dict[str, list[Any]]) -> Condition:
    return Condition(**{field: tuple(values) for field, values in said.items()})


def _record(said: dict[str, Any]) -> LocalRecord:
    return LocalRecord(said["rtype"], said["ttl"], bytes.fromhex(said["rdata"]))


_READ: Final[dict[str, Callable[[Any], Any]]] = {
    "name": bytes.fromhex,
    "evidence": tuple,
    "unless": lambda names: tuple(map(bytes.fromhex, names)),
    "condition": _condition,
    "records": lambda records: tuple(map(_record, records)),
    "network": ip_network,
}


def decode_relation(said: dict[str, Any]) -> Relation:
    """A relation from the header, where it is a plain object."""
    members, evidence = tuple(said["members"]), tuple(said["evidence"])
    return Relation(**{**said, "members": members, "evidence": evidence})


def append_sections(
    file: BinaryIO, sections: Mapping[str, "array[int] | bytes"], header: dict[str, Any]
) -> None:
    """Everything that follows the trie, which `file` holds already."""
    position = file.seek(0, os.SEEK_END)
    places: dict[str, tuple[int, int]] = {}
    for name, content in sections.items():
        position += file.write(bytes(-position % 8))
        start = position
        position += file.write(memoryview(content).cast("B") if content else b"")
        places[name] = (start, position)
    encoded = json.dumps({**header, "byteorder": sys.byteorder, "sections": places}).encode()
    file.flush()
    file.seek(0)
    body = _checksum(file, position)
    file.seek(position)
    file.write(encoded)
    size = position + len(encoded) + _FOOTER.size
    sums = (zlib.crc32(encoded), body)
    file.write(_FOOTER.pack(_MAGIC, _FORMAT, len(encoded), position, size, *sums))


def read_header(file: BinaryIO, path: Path) -> dict[str, Any]:
    """The header, once footer, size and the header's own checksum agree; RulesetError if not."""
    length, offset, size, expected, _ = _footer(file, path)
    if size != file.seek(0, os.SEEK_END) or offset + length + _FOOTER.size != size:
        raise _unsound(path, "it is not as long as it says")
    file.seek(offset)
    encoded = file.read(length)
    if zlib.crc32(encoded) != expected:
        raise _unsound(path, "its header is damaged")
    header: dict[str, Any] = json.loads(encoded)
    if header["byteorder"] != sys.byteorder:
        raise _unsound(path, "it was made on another kind of machine")
    return header


def verify(path: Path) -> None:
    """Read the whole file against its checksums; RulesetError when one does not fit.

    Takes 1 ms for each 1 MiB or so: for those who write and reuse rulesets, not for a worker.
    """
    try:
        with path.open("rb") as file:
            read_header(file, path)
            _, offset, _, _, expected = _footer(file, path)
            file.seek(0)
            actual = _checksum(file, offset)
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror or error}"
        raise RulesetError(message) from None
    if actual != expected:
        raise _unsound(path, "it is damaged")


def _footer(file: BinaryIO, path: Path) -> tuple[int, int, int, int, int]:
    if file.seek(0, os.SEEK_END) < _FOOTER.size:
        raise _unsound(path, "it is too short")
    file.seek(-_FOOTER.size, os.SEEK_END)
    magic, version, *rest = _FOOTER.unpack(file.read(_FOOTER.size))
    if magic != _MAGIC:
        raise _unsound(path, "it does not end like one")
    if version != _FORMAT:
        raise _unsound(path, f"it has format {version}, this release reads {_FORMAT}")
    length, offset, size, header_sum, body_sum = rest
    return length, offset, size, header_sum, body_sum


def _checksum(file: BinaryIO, length: int) -> int:
    total = 0
    while length and (chunk := file.read(min(length, _CHUNK))):
        total = zlib.crc32(chunk, total)
        length -= len(chunk)
    return total


def _unsound(path: Path, why: str) -> RulesetError:
    return RulesetError(f"{path}: cannot be used as a ruleset: {why}; it has to be compiled again")
