"""Texts that fit a pattern: programs are told which in openapi.json, and people what it means."""

import re
from typing import Any, Final

from pydantic import AfterValidator, Field

# What people write is shown in terminals, pages and sheets: nothing in it moves a cursor, begins a
# line or turns text around.
HIDDEN: Final = r"\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069"
ONE_LINE: Final = f"^[^{HIDDEN}]*$"


def fits(pattern: str, words: str) -> AfterValidator:
    """`pattern` is in the dialect of JSON Schema, from ^ to $."""
    whole = re.compile(pattern.removesuffix("$") + r"\Z")

    def check(text: str) -> str:
        if not whole.match(text):
            raise ValueError(words)
        return text

    return AfterValidator(check)


def shown(pattern: str) -> Any:
    """The pattern in openapi.json."""
    return Field(json_schema_extra={"pattern": pattern})
