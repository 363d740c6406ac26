"""Regular expressions of lists, in google-re2's syntax: linear in time, whatever a list has."""

from typing import Final

import re2

from blocker.expressions import fault

_LONGEST: Final = 2000  # characters; the longest seen in lists is a tenth of it
_ANYTHING: Final = ("", "~")  # an expression found in both is found in every name


def expression(written: str) -> str:
    """The expression as written, in whichever case of letters; ValueError says why it is none."""
    if not written or len(written) > _LONGEST:
        raise ValueError(f"an expression of {len(written)} characters; up to {_LONGEST} are read")
    if any(map(str.isspace, written)):
        raise ValueError("an expression with a space, which no name has")
    if not written.isprintable():  # it is shown where it decides, in terminals as well
        raise ValueError("an expression with a character that cannot be seen; write it as \\x1b")
    if why := fault(written):
        raise ValueError(f"not a regular expression of RE2: {why}")
    if all(re2.search(written, text) for text in _ANYTHING):
        raise ValueError("an expression that is found in every name")
    return written
