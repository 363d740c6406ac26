"""What the sections of the configuration have in common.

They are frozen, an unknown key is an error, and a key with nothing after it keeps its default, so
that commenting out all that stands below a key does no harm.
"""

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator


class Section(BaseModel):
    """A mapping of the configuration file."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=False)

    @model_validator(mode="before")
    @classmethod
    def _leave_out_empty_keys(cls, written: Any) -> Any:
        if not isinstance(written, dict):
            return written
        return {key: value for key, value in written.items() if value is not None}


def some(items: tuple[Any, ...]) -> tuple[Any, ...]:
    """A check that a list is not empty."""
    if not items:
        raise ValueError("is an empty list; write at least one, or remove the key for the default")
    return items


def unique(of: Callable[[Any], object], what: str) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
    """A check that no two items of a list agree in `of`."""

    def check(items: tuple[Any, ...]) -> tuple[Any, ...]:
        seen: set[object] = set()
        for item in items:
            if (key := of(item)) in seen:
                message = f"{what} {key} stands here twice; remove one"
                raise ValueError(message)
            seen.add(key)
        return items

    return check
