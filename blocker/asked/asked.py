"""The base of all that can be asked, and the words they share."""

from abc import abstractmethod
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from blocker.asked.present import Present
from blocker.asked.spelling import ONE_LINE, fits, shown
from blocker.config.client import ID_PATTERN, client
from blocker.config.rules import RuleText
from blocker.config.units import LONGEST, SECONDS, Duration, ip_address
from blocker.store import Edit


def _client(written: object) -> str:
    if isinstance(written, str) and written.startswith("id:"):
        return client(written)
    address = ip_address(written) if isinstance(written, str) else None
    if address is None:
        message = f"{written} is not an address; write the client's IP address, or id: and its name"
        raise ValueError(message)
    return str(address)


def _periods() -> str:
    """Every duration from one second to ten years, so that the description says what is taken."""
    units = (f"(?:{_up_to(str(LONGEST // SECONDS[unit]))}){unit}" for unit in SECONDS)
    return f"^0*(?:{'|'.join(units)})$"


def _up_to(most: str) -> str:
    """A pattern for the numbers from 1 to `most`, without leading zeros."""
    shorter = [f"[1-9][0-9]{{0,{len(most) - 2}}}"] if len(most) > 1 else []
    as_long = [
        f"{most[:place]}[{1 if place == 0 else 0}-{int(digit) - 1}][0-9]{{{len(most) - place - 1}}}"
        for place, digit in enumerate(most)
        if int(digit) > (1 if place == 0 else 0)
    ]
    return "|".join([*shorter, *as_long, most])


_NAME: Final = {"type": "string", "minLength": 1, "maxLength": 1024}
Period = Annotated[
    Duration,
    Field(ge=1),
    WithJsonSchema({"type": "string", "pattern": _periods(), "examples": ["30m"]}),
]
Client = Annotated[
    str,
    BeforeValidator(_client),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "format": "ipv4"},
                {"type": "string", "format": "ipv6"},
                {"type": "string", "pattern": ID_PATTERN},
            ],
            "examples": ["192.0.2.7"],
        }
    ),
]
Name = Annotated[str, Field(min_length=1, max_length=128)]
Note = Annotated[
    str,
    Field(max_length=500),
    fits(ONE_LINE, "a note is one line, without control characters"),
    shown(ONE_LINE),
]
Names = Annotated[
    list[Annotated[RuleText, Field(max_length=1024)]],
    BeforeValidator(lambda written: [written] if isinstance(written, str) else written),
    Field(min_length=1, max_length=1000),
    WithJsonSchema(
        {
            "anyOf": [_NAME, {"type": "array", "items": _NAME, "minItems": 1, "maxItems": 1000}],
            "description": "One, or a list of up to a thousand.",
        }
    ),
]


class Asked(BaseModel):
    """Something to change. Its fields are those of the API's body."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @abstractmethod
    def edit(self, present: Present) -> Edit:
        """What has to be changed for it; NotPossible when it cannot be done."""


def span(seconds: int) -> str:
    """`30m`: as it may be written."""
    for unit in ("d", "h", "m"):
        if seconds % SECONDS[unit] == 0:
            return f"{seconds // SECONDS[unit]}{unit}"
    return f"{seconds}s"
