"""What occurs in a stretch of rows: sets of numbers, packed, and asked whether they have one.

Pairs are folded to 32 bits: two that collide cost a look at a stretch in vain, no wrong answer.
"""

from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable
from enum import IntEnum
from typing import Final

FEW: Final = 40  # up to here, looking each up is quicker than going through all


class What(IntEnum):
    """Of which a stretch has a set."""

    SHAPES = 0
    NAMES = 1
    NAMES_OF_CLIENTS = 2
    NAMES_OF_KINDS = 3
    NAMES_OF_TYPES = 4


def pair(name: int, other: int) -> int:
    return (name * 0x9E3779B1 + other * 0x85EBCA6B) & 0xFFFFFFFF


def pack(numbers: Iterable[int]) -> bytes:
    return array("I", sorted(numbers)).tobytes()


def unpack(packed: bytes) -> "array[int]":
    numbers: array[int] = array("I")
    numbers.frombytes(packed)
    return numbers


def has_any(packed: bytes, wanted: Collection[int]) -> bool:
    numbers = unpack(packed)
    if len(wanted) > FEW:
        return not (wanted if isinstance(wanted, set) else set(wanted)).isdisjoint(numbers)
    for number in wanted:
        at = bisect_left(numbers, number)
        if at < len(numbers) and numbers[at] == number:
            return True
    return False


class Filling:
    """What occurs in the stretch that is being filled."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.first = 0
        self.last = 0
        self._sets: dict[What, set[int]] = {what: set() for what in What}

    def add(self, second: int, name: int, client: int, kind: int, qtype: int, shape: int) -> None:
        self.first = min(self.first or second, second)
        self.last = max(self.last, second)
        sets = self._sets
        sets[What.SHAPES].add(shape)
        sets[What.NAMES].add(name)
        sets[What.NAMES_OF_CLIENTS].add(pair(name, client))
        sets[What.NAMES_OF_KINDS].add(pair(name, kind))
        sets[What.NAMES_OF_TYPES].add(pair(name, qtype))

    def packed(self) -> dict[What, bytes]:
        return {what: pack(numbers) for what, numbers in self._sets.items()}
