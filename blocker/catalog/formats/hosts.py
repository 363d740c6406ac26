"""hosts(5) as blocklists use it: an address that leads nowhere, then names; `#` opens a comment.

A line with any other address says where a host is, not that it is blocked. A list that may not
rewrite has it refused.
"""

from collections.abc import Iterable, Iterator
from ipaddress import ip_address

from blocker.catalog.formats.key import key_of
from blocker.catalog.formats.line import LineReader
from blocker.catalog.formats.nowhere import NOWHERE
from blocker.catalog.formats.reading import SIGN, Item, Reading


def items(lines: Iterable[bytes], reading: Reading) -> Iterator[Item]:
    """What a list of hosts lines says."""
    reader = LineReader(reading)
    sign = SIGN[reading.covers("exact")]
    for number, line in enumerate(lines, 1):
        words = line.lower().split()
        if len(words) == 2 and words[0] in NOWHERE:
            try:
                yield number | sign, key_of(words[1])
            except ValueError:  # an own name of the machine, a comment or a fault
                yield from reader.read(number, line)
        elif _is_lone(line):
            reading.bad(number, line, "an address without a name")
        else:
            yield from reader.read(number, line)
    yield from reader.rest()


def is_address(word: bytes) -> bool:
    """Whether a word is an IP address, with a zone or without."""
    try:
        ip_address(word.decode("ascii", "replace").partition("%")[0])
    except ValueError:
        return False
    return True


def _is_lone(line: bytes) -> bool:
    words = line.partition(b"#")[0].split()
    return len(words) == 1 and is_address(words[0])
