"""A regular expression a line, between slashes or bare, as Pi-hole has them."""

from collections.abc import Iterable, Iterator
from typing import Final

from blocker.catalog.formats.line import LineReader
from blocker.catalog.formats.reading import Item, Reading

_OTHER: Final = b"#!/"  # how a line begins that is not an expression alone


def items(lines: Iterable[bytes], reading: Reading) -> Iterator[Item]:
    """What a list of expressions says."""
    reader = LineReader(reading)
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if text and text[:1] not in _OTHER and not text.startswith(b"@@/"):
            text = b"/" + text + b"/"
        yield from reader.read(number, text)
    yield from reader.rest()
