"""Zone files (RFC 1035 section 5): the entries, with their owners and data as words.

Most lines of the zones that lists are stand for themselves, and are split at their spaces; what has
quotes, brackets, comments or escapes is read letter by letter.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from blocker.catalog.formats.rtypes import type_number
from blocker.core.names import ROOT, from_text

_CLASSES: Final = frozenset(("IN", "CH", "HS", "CS"))
_TTL: Final = re.compile(r"(?:[0-9]+[smhdw]?)+\Z", re.IGNORECASE)
_UNIT: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_LONGEST_TTL: Final = (1 << 31) - 1  # RFC 2181 section 8
_SPECIAL: Final = re.compile(rb'["();\\]')
_WORD: Final = re.compile(
    r'"((?:[^"\\]|\\.)*)"|([()])|(;.*)|((?:[^\s"();\\]|\\.)+)|(\s+)|(.)', re.S
)
_MOST_LINES: Final = 1000  # that one entry in brackets may go over


@dataclass(frozen=True, slots=True)
class Entry:
    """One record as written. `owner` is whole and in wire form; names among the words count from
    `origin`.
    """

    number: int
    owner: bytes
    ttl: int | None
    rtype: int
    words: list[str]
    origin: bytes

    def names(self, written: str) -> bytes:
        """A name among the words, in wire form."""
        return whole(written, self.origin)


def whole(written: str, origin: bytes) -> bytes:
    """A name that counts from `origin` unless it ends in a dot."""
    if written == "@":
        return origin
    name = from_text(written)
    if written.endswith(".") and not written.endswith("\\."):
        return name
    name = name[:-1] + origin
    if len(name) > 255:
        raise ValueError("a name of more than 255 octets")
    return name


def entries(
    lines: Iterable[bytes], bad: Callable[[int, bytes, str], None], origin: bytes = ROOT
) -> Iterator[Entry]:
    """Every record of class IN; what is wrong is told to `bad` and passed over."""
    owner: bytes | None = None
    default: int | None = None
    for number, line, words in _logical(lines, bad):
        try:
            if words[0].startswith("$") and not line[:1].isspace():
                if words[0].upper() == "$ORIGIN" and len(words) == 2:
                    origin = whole(words[1], origin)
                elif words[0].upper() == "$TTL" and len(words) == 2:
                    default = _seconds(words[1])
                else:
                    raise ValueError(f"{words[0][:20]} is not read")
                continue
            if not line[:1].isspace():
                owner = whole(words.pop(0), origin)
            if owner is None:
                raise ValueError("no name, and none before it")
            ttl, rtype = _head(words)
            if rtype is not None:
                yield Entry(number, owner, default if ttl is None else ttl, rtype, words, origin)
        except ValueError as error:
            bad(number, line, str(error))


def _head(words: list[str]) -> tuple[int | None, int | None]:
    """Takes TTL, class and type off the words; no type when the class is another than IN."""
    ttl: int | None = None
    ours = True
    while words:
        word = words.pop(0)
        if ttl is None and _TTL.match(word):
            ttl = _seconds(word)
        elif word.upper() in _CLASSES:
            ours = word.upper() == "IN"
        else:
            return ttl, type_number(word) if ours else None
    raise ValueError("a name without a record")


def _seconds(written: str) -> int:
    if not _TTL.match(written):
        raise ValueError(f"{written[:20]} is not a TTL")
    parts = re.findall(r"([0-9]+)([a-z]?)", written.lower())
    return min(sum(int(number[:12]) * _UNIT[unit or "s"] for number, unit in parts), _LONGEST_TTL)


def _logical(
    lines: Iterable[bytes], bad: Callable[[int, bytes, str], None]
) -> Iterator[tuple[int, bytes, list[str]]]:
    """Lines without comments as words, those between brackets joined to the line they began on."""
    opened: list[str] = []  # the words of an entry whose bracket is not closed yet
    first, start, depth = b"", 0, 0
    for number, line in enumerate(lines, 1):
        if not line:  # whoever reads a zone may have taken the line already
            continue
        try:
            if not depth:
                if not _SPECIAL.search(line):
                    if words := line.decode().split():
                        yield number, line, words
                    continue
                opened, first, start = [], line, number
            depth = _split(line.decode().rstrip("\r\n"), opened, depth)
            if depth and number - start > _MOST_LINES:
                raise ValueError("a bracket that is never closed")
        except (ValueError, UnicodeDecodeError) as error:
            why = "not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
            bad(number, line, why)
            depth = 0
            continue
        if not depth and opened:
            yield start, first, opened
    if depth:
        bad(start, first, "a bracket that is never closed")


def _split(line: str, words: list[str], depth: int) -> int:
    """Adds the words of a line; how many brackets are open after it."""
    joined = False  # whether the last word goes on: key="value"
    for quoted, bracket, comment, plain, space, other in _WORD.findall(line):
        if bracket:
            depth += 1 if bracket == "(" else -1
        elif other:
            raise ValueError("a quotation mark or backslash that nothing follows")
        elif plain or not (space or comment):
            if joined and words:
                words[-1] += plain or quoted
            else:
                words.append(plain or quoted)
        joined = bool(plain) or (joined and not space and not bracket)
        if depth < 0:
            raise ValueError("a bracket closed that was never opened")
    return depth
