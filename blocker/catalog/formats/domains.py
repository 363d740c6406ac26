"""A name a line, which is that name alone; `#` and `!` open a comment."""

from collections.abc import Iterable, Iterator

from blocker.catalog.formats.key import key_of
from blocker.catalog.formats.line import LineReader
from blocker.catalog.formats.reading import SIGN, Item, Reading


def items(lines: Iterable[bytes], reading: Reading) -> Iterator[Item]:
    """What a list of names says."""
    reader = LineReader(reading)
    sign = SIGN[reading.covers("exact")]
    for number, line in enumerate(lines, 1):
        try:
            yield number | sign, key_of(line.strip().lower())
        except ValueError:
            yield from reader.read(number, line)
    yield from reader.rest()
