"""A name a line; `#` and `!` open a comment, at the start of a line or after a space."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from blocker.catalog.formats.key import key_of

_COMMENT: Final = re.compile(rb"(\A|\s)[#!].*", re.DOTALL)


def keys(
    lines: Iterable[bytes], bad: Callable[[int, bytes, str], None]
) -> Iterator[tuple[int, bytes]]:
    """(line, key) of every name; a line that is none is told to `bad` and passed over."""
    for number, line in enumerate(lines, 1):
        name = line.strip().lower()
        try:
            yield number, key_of(name)
        except ValueError:  # a comment, an empty line or a fault: rare, so looked at only now
            name = _COMMENT.sub(b"", name).strip()
            if name:
                try:
                    yield number, key_of(name)
                except ValueError as error:
                    bad(number, name, _advice(name) or str(error))


def _advice(name: bytes) -> str:
    if name.startswith((b"||", b"@@")) or name.endswith(b"^"):
        return "adblock syntax, which this list's format does not have"
    if name.startswith(b"*."):
        return "a wildcard, which this list's format does not have"
    if b" " in name or b"\t" in name:
        return "several words; is its format hosts?"
    return ""
