"""Whether a server with a list of millions answers rightly: a sample, against what should come.

The expectation comes from the numbers that names were made from and from the list's own lines,
read one by one; nothing of the server's is used.
"""

import random
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks import bulk, client, rightness


def asked(count: int, listed: int) -> Iterator[str]:
    """Names on the list, below it, off it, and those that are nearly on it."""
    generator = random.Random(count)
    for number in range(count):
        on = bulk.name(generator.randrange(listed))
        match number % 5:
            case 0 | 1:
                yield on
            case 2:
                yield f"s{number:x}.{on}"
            case 3:
                yield bulk.name(generator.randrange(listed, 2 * listed))
            case _:
                yield generator.choice((f"x{on}", on[1:], on.partition(".")[2] + ".example"))


def expected(names: list[str], path: Path) -> dict[str, str]:
    """Blocked if the name or one above it is a line of the list."""
    above = {parent for name in names for parent in _with_parents(name)}
    with path.open(encoding="ascii") as file:
        on = {line for line in map(str.rstrip, file) if line in above}
    return {
        name: rightness.ELSEWHERE if on.isdisjoint(_with_parents(name)) else rightness.NULL
        for name in names
    }


def check(port: int, path: Path, count: int, listed: int) -> tuple[int, int]:
    """How many names were blocked and how many not; AssertionError at the first wrong answer."""
    names = list(asked(count, listed))
    right = expected(names, path)
    for name, address in client.answers(port, names):
        if address != right[name]:
            raise AssertionError(f"{name} is answered with {address}, not {right[name]}")
    blocked = sum(right[name] == rightness.NULL for name in names)
    return blocked, count - blocked


def _with_parents(name: str) -> list[str]:
    labels = name.split(".")
    return [".".join(labels[start:]) for start in range(len(labels))]
