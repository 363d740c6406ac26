"""Invariant: any text is a document or Problems, each with a line that the text has.

Permitted: Document, Problems. Not permitted: another exception; a value that is not plain.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from blocker.catalog.entry import KeepFile, SourcesFile, VendorFile
from blocker.errors import Problem, Problems
from blocker.yamlfile import parse, validate

Result = TypeVar("Result")

_PIECES = st.sampled_from(
    ["vendor", "entries", "keep", "sources", "name", "evidence", "except", "purpose", ": ", ":",
     "- ", "\n", "\n  ", "\n    ", "[", "]", "{", "}", ", ", "'", '"', "#", "&a", "*a", "!", "|",
     ">", "?", "%", "@", "~", "off", "1", "1.5", "a.org", "---", "...", "\t", "\ufeff", "\x85"]
)  # fmt: skip
_TEXT = st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=40).map("".join))


@settings(max_examples=600)
@given(text=_TEXT)
def test_any_text(text: str) -> None:
    lines = len(text.splitlines()) + 1
    document, problems = _outcome(lambda: parse(text, "f"))
    assert all(0 <= problem.line <= lines for problem in problems)
    if document is None:
        assert problems
        return
    assert _is_plain(document.value)
    for model in (VendorFile, KeepFile, SourcesFile):
        file, problems = _outcome(partial(validate, document, model))
        assert (file is None) == bool(problems)
        assert all(1 <= problem.line <= lines for problem in problems)


def _outcome(of: Callable[[], Result]) -> tuple[Result | None, Sequence[Problem]]:
    try:
        return of(), ()
    except Problems as error:
        return None, error.problems


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_plain(value[key]) for key in value)
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, str | bool | int | float)
