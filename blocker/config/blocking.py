"""`blocking:` what a blocked name is answered with, and which vendors and purposes are blocked.

It stands for all clients, and in a group for those of the group.
"""

import re
from ipaddress import IPv4Address, IPv6Address
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_validator

from blocker.config.section import Section
from blocker.config.units import Duration, ip_address, not_truth
from blocker.core.policy import PURPOSES
from blocker.yamlfile import suggest

Breakage = Literal["none", "minor", "major"]
AnswerWord = Literal["null-ip", "nxdomain", "nodata", "refused"]

_VENDOR: Final = re.compile(r"[a-z0-9][a-z0-9-]*\Z")


def _address(version: int, example: str) -> BeforeValidator:
    def read(written: Any) -> Any:
        address = ip_address(written) if isinstance(written, str) else None
        if address is None or address.version != version:
            message = f"{written} is not an IPv{version} address; write one like {example}"
            raise ValueError(message)
        return address

    return BeforeValidator(read)


class OwnAddresses(Section):
    """A sinkhole of the user's own: A is answered with ipv4, AAAA with ipv6, other types NODATA."""

    ipv4: Annotated[IPv4Address, _address(4, "192.0.2.80")]
    ipv6: Annotated[IPv6Address, _address(6, "2001:db8::80, or :: for none")]


def _purpose(written: Any) -> Any:
    if written not in PURPOSES:
        message = f"{written} is not a purpose; {suggest(written, PURPOSES)}"
        raise ValueError(message)
    return written


def _not_empty(purposes: tuple[str, ...] | None) -> tuple[str, ...] | None:
    if purposes == ():
        raise ValueError("chooses nothing; write `off` as the vendor's setting")
    return purposes


Purpose = Annotated[str, BeforeValidator(_purpose)]
SwitchState = Annotated[Literal["on", "off", "shadow"], BeforeValidator(not_truth)]


class VendorSwitch(Section):
    """One vendor's setting; written as `on`, `off` or `shadow`, or as a mapping."""

    state: SwitchState = "on"
    purposes: Annotated[tuple[Purpose, ...] | None, AfterValidator(_not_empty)] = None
    max_breakage: Breakage | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_word(cls, written: Any) -> Any:
        written = not_truth(written)
        return {"state": written} if isinstance(written, str) else written


def _vendor(written: str) -> str:
    if not _VENDOR.match(written):
        message = f"{written} is not the name of a vendor; write it in lower case, like xiaomi"
        raise ValueError(message)
    return written


def _kind_of_answer(written: Any) -> str:
    return "addresses" if isinstance(written, dict | OwnAddresses) else "word"


class Blocking(Section):
    """A purpose is switched for all vendors; a vendor's own `purposes` say more, so they decide."""

    answer: Annotated[
        Annotated[AnswerWord, Tag("word")] | Annotated[OwnAddresses, Tag("addresses")],
        Discriminator(_kind_of_answer),
    ] = "null-ip"
    ttl: Duration = 30
    max_breakage: Breakage = "minor"
    vendors: dict[Annotated[str, BeforeValidator(_vendor)], VendorSwitch] = Field(
        default_factory=dict
    )
    purposes: dict[Purpose, SwitchState] = Field(default_factory=dict)
