"""Writes a constant database (https://cr.yp.to/cdb/cdb.txt), which dnsdist looks names up in.

python -m tests.benchmarks.cdb names.txt names.cdb
"""

import os
import struct
import sys
import time
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path

_PAIR = struct.Struct("<II")
_TABLES = 256


def write_cdb(path: Path, keys: Iterable[bytes]) -> None:
    """Each key with an empty value; in place whole, or not at all."""
    tables = [array("Q") for _ in range(_TABLES)]  # hash << 32 | position
    temporary = path.with_suffix(".tmp")
    with temporary.open("wb") as file:
        position = file.write(bytes(_TABLES * _PAIR.size))
        for key in keys:
            digest = _hash(key)
            tables[digest % _TABLES].append(digest << 32 | position)
            position += file.write(_PAIR.pack(len(key), 0) + key)
        places = []
        for table in tables:
            places.append((position, 2 * len(table)))
            position += file.write(b"".join(_PAIR.pack(*slot) for slot in _slots(table)))
        file.seek(0)
        file.writelines(_PAIR.pack(*place) for place in places)
    if path.exists():  # dnsdist notices a later second, and no part of one
        later = max(time.time(), path.stat().st_mtime + 1)
        os.utime(temporary, (later, later))
    temporary.replace(path)


def _slots(table: "array[int]") -> Iterator[tuple[int, int]]:
    """Half of the slots stay empty; a key takes the first free one from its own on."""
    size = 2 * len(table)
    slots = [(0, 0)] * size
    for entry in table:
        digest, position = entry >> 32, entry & 0xFFFFFFFF
        at = (digest >> 8) % size
        while slots[at] != (0, 0):
            at = (at + 1) % size
        slots[at] = (digest, position)
    yield from slots


def _hash(key: bytes) -> int:
    digest = 5381
    for octet in key:
        digest = (digest * 33 & 0xFFFFFFFF) ^ octet
    return digest


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:])
    with source.open("rb") as lines:
        write_cdb(target, map(bytes.rstrip, lines))
