"""Words that a database is asked for hold no control characters."""

import pytest
from pydantic import TypeAdapter, ValidationError

from blocker.admin.api.logged import Word


def test_words() -> None:
    adapter = TypeAdapter(Word)
    assert adapter.validate_python("Ünder_score*.example") == "Ünder_score*.example"
    for written in ("a\0b", "a\nb", "x" * 301):
        with pytest.raises(ValidationError):
            adapter.validate_python(written)
