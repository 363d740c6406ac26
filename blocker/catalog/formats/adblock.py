"""AdGuard's DNS syntax: `||name^` is the name and all below it, `@@` in front an exception, a name
alone that name, and `$` opens modifiers.

A rule with `$badfilter` takes back its like wherever in the list that stands, so the lines are gone
through twice.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from blocker.catalog.formats.key import key_of
from blocker.catalog.formats.line import LineReader
from blocker.catalog.formats.reading import SIGN, Item, Reading

_ENDS: Final = frozenset((b"\n", b"\r\n", b""))
_BADFILTER: Final = b"badfilter"


def items(lines: Iterable[bytes], reading: Reading) -> Iterator[Item]:
    """What a list of adblock rules says; `lines` are asked for twice."""
    reader = LineReader(reading, adblock=True)
    subtree, exact = SIGN[reading.covers("subtree")], SIGN[reading.covers("exact")]
    for number, line in enumerate(_in_force(lines), 1):
        try:
            if line.startswith(b"||"):
                name, _, rest = line.partition(b"^")
                if rest in _ENDS:
                    yield number | subtree, key_of(name[2:].lower())
                    continue
            else:
                yield number | exact, key_of(line.strip().lower())
                continue
        except ValueError:  # no plain name
            pass
        yield from reader.read(number, line)
    yield from reader.rest()


def _in_force(lines: Iterable[bytes]) -> Iterable[bytes]:
    """The lines, those that were taken back empty."""
    taken_back = frozenset(_like(line) for line in lines if _BADFILTER in line)
    if not taken_back:
        return lines
    return (b"" if _like(line) in taken_back and _BADFILTER not in line else line for line in lines)


def _like(line: bytes) -> tuple[bytes, frozenset[bytes]]:
    """What is the same of rules that mean the same, but for $badfilter."""
    pattern, _, options = line.strip().lower().rpartition(b"$")
    if not pattern:
        pattern, options = options, b""
    return pattern, frozenset(options.split(b",")) - {_BADFILTER, b""}
