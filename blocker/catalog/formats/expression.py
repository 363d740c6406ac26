"""Regular expressions of lists, in google-re2's syntax: linear in time, whatever a list has."""

from typing import Final

import re2

from blocker.expressions import fault

_LONGEST: Final = 2000  # characters; the longest seen in lists is a tenth of it
_ANYTHING: Final = ("", "~")  # an expression found in both is found in every name


def expression(written: str) -> str:
    """The expression that is searched for in folded names; ValueError says why it is none."""
    pattern = written if written == written.lower() else f"(?i){written}"
    if not written or len(pattern) > _LONGEST:
        raise ValueError(f"an expression of {len(pattern)} characters; up to {_LONGEST} are read")
    if any(map(str.isspace, written)):
        raise ValueError("an expression with a space, which no name has")
    if why := fault(pattern):
        raise ValueError(f"not a regular expression of RE2: {why}")
    if all(re2.search(pattern, text) for text in _ANYTHING):
        raise ValueError("an expression that is found in every name")
    return pattern
