"""What is remembered of a list beside its copy: a small JSON file, state/lists/<name>.json.

Rule: it may be lost, old or damaged at any time, and then costs one download more, never a copy.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Copy:
    """A whole list that came over the net. Times are wall clock."""

    url: str
    etag: str
    last_modified: str
    fetched_at: float
    octets: int
    lines: int
    digest: str


@dataclass(frozen=True, slots=True)
class Record:
    """`good` is the copy in use. `held` is one that shrank too much, and waits for a person."""

    good: Copy | None = None
    held: Copy | None = None
    url: str = ""  # what was asked; all that follows is about it
    checked_at: float = 0.0  # the last try, whatever came of it
    confirmed_at: float = 0.0  # when the server last said that `good` is what it has
    due_at: float = 0.0
    failures: int = 0  # one after the other, since the last success
    last_error: str = ""

    @property
    def alarm(self) -> str:
        """What takes a person to decide."""
        if self.held is None or self.good is None:
            return ""
        return (
            f"shrank from {self.good.lines:,} lines to {self.held.lines:,}; "
            "the copy from before is kept until somebody accepts the new one"
        )

    def encode(self) -> bytes:
        return json.dumps(asdict(self), indent=1).encode()

    @classmethod
    def decode(cls, text: bytes) -> Self:
        """ValueError when it is none."""
        try:
            told: dict[str, Any] = json.loads(text)
            for name in ("good", "held"):
                if told[name]:
                    told[name] = Copy(**told[name])
                    _check(Copy, asdict(told[name]))
            _check(cls, told)
            return cls(**told)
        except (TypeError, KeyError, AttributeError, OverflowError, OSError) as error:
            raise ValueError(str(error)) from error


def _check(kind: type[Copy | Record], told: Mapping[str, Any]) -> None:
    """Every field is what it says, and a time is one that a calendar has."""
    for each in fields(kind):
        value = told.get(each.name, each.default)
        if each.type is float:
            datetime.fromtimestamp(value, UTC)
        elif not isinstance(value, each.type):  # type: ignore[arg-type]
            message = f"{each.name} is {value!r}"
            raise TypeError(message)
