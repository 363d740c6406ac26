"""The base of all that can be asked, and the words they share."""

from abc import abstractmethod
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from blocker.asked.present import Present
from blocker.config.rules import RuleText
from blocker.config.units import SECONDS, Duration, ip_address
from blocker.store import Edit


def _client(written: object) -> str:
    address = ip_address(written) if isinstance(written, str) else None
    if address is None:
        message = f"{written} is not an address; write the client's IP address, like 192.0.2.7"
        raise ValueError(message)
    return str(address)


Period = Annotated[
    Duration,
    Field(ge=1),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]+[smhd]$", "examples": ["30m"]}),
]
Client = Annotated[
    str,
    BeforeValidator(_client),
    WithJsonSchema(
        {
            "anyOf": [{"type": "string", "format": "ipv4"}, {"type": "string", "format": "ipv6"}],
            "examples": ["192.0.2.7"],
        }
    ),
]
Name = Annotated[str, Field(min_length=1, max_length=128)]
Names = Annotated[
    list[Annotated[RuleText, Field(max_length=1024)]],
    BeforeValidator(lambda written: [written] if isinstance(written, str) else written),
    Field(min_length=1, max_length=1000),
    WithJsonSchema(
        {
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
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
