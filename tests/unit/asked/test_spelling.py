"""A pattern as programs and as people are told of it."""

from typing import Annotated

import pytest
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from blocker.asked.spelling import ONE_LINE, fits, shown

SMALL = "^[a-z]+$"
Small = Annotated[str, Field(max_length=5), fits(SMALL, "write small letters"), shown(SMALL)]
small: TypeAdapter[str] = TypeAdapter(Small)
line: TypeAdapter[str] = TypeAdapter(Annotated[str, fits(ONE_LINE, "write one line")])


class Asked(BaseModel):
    word: Small | None = None


def test_what_fits_is_taken() -> None:
    assert small.validate_python("abc") == "abc"


@pytest.mark.parametrize("text", ["", "a b", "A", "abc\n", "\nabc"])
def test_what_does_not_fit_is_answered_in_words(text: str) -> None:
    with pytest.raises(ValidationError) as caught:
        small.validate_python(text)
    assert [each["msg"] for each in caught.value.errors()] == ["Value error, write small letters"]


def test_openapi_has_the_pattern() -> None:
    told = {"maxLength": 5, "pattern": SMALL, "type": "string"}
    assert small.json_schema() == told
    assert Asked.model_json_schema()["properties"]["word"]["anyOf"][0] == told


@pytest.mark.parametrize("hidden", ["\n", "\x1b", "\x7f", "\x85", "\u2028", "\u202e", "\u2069"])
def test_what_a_terminal_would_obey_is_on_no_line(hidden: str) -> None:
    assert line.validate_python("Škola 📺 \u200d") == "Škola 📺 \u200d"
    with pytest.raises(ValidationError):
        line.validate_python(f"a{hidden}")
