"""`*.name` a line: the name and all below it. A line without `*.` is that name alone."""

from collections.abc import Iterable, Iterator

from blocker.catalog.formats.key import key_of
from blocker.catalog.formats.line import LineReader
from blocker.catalog.formats.reading import SIGN, Item, Reading


def items(lines: Iterable[bytes], reading: Reading) -> Iterator[Item]:
    """What a list of wildcards says; with `match: exact` they leave out the name itself."""
    reader = LineReader(reading)
    sign = SIGN["below" if reading.match == "exact" else "subtree"]
    for number, line in enumerate(lines, 1):
        if line.startswith(b"*."):
            try:
                yield number | sign, key_of(line[2:].strip().lower())
                continue
            except ValueError:
                pass
        yield from reader.read(number, line)
    yield from reader.rest()
