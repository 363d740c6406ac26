"""The query log: where it is kept, for how long, and how much of clients and names."""

from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, model_validator

from blocker.config.section import Section
from blocker.config.units import OCTETS, SECONDS, Duration, Network, Size
from blocker.core.names import from_text, to_text
from blocker.errors import InvalidName

OFF: Final = ("off", "none")
_LEAST: Final = 16 * OCTETS["MiB"]
_STORES: Final = ("sqlite:///", "postgresql://", "postgres://")


def _store(written: Any) -> str:
    if written in OFF:
        return ""
    if not isinstance(written, str) or not written.startswith(_STORES):
        message = (
            f"{written} is no store; write sqlite:///querylog.db (a file in the state folder), "
            "postgresql://USER:PASSWORD@HOST/DATABASE, or off"
        )
        raise ValueError(message)
    return written.replace("postgres://", "postgresql://", 1)


def _retention(seconds: int) -> int:
    if seconds < SECONDS["h"]:
        raise ValueError("is shorter than an hour; write 1h or more, or `query_log: off`")
    return seconds


def _size(octets: int) -> int:
    if octets < _LEAST:
        raise ValueError("is too small for a log; write 16MiB or more, or `query_log: off`")
    return octets


def _name(written: Any) -> str:
    try:
        return to_text(from_text(written)) if isinstance(written, str) else _no_name(written)
    except InvalidName:
        return _no_name(written)


def _no_name(written: Any) -> str:
    message = f"{written} is not a name; write one like example.org, which means all below it too"
    raise ValueError(message)


class Ignored(Section):
    """What is not logged at all: neither stored nor in its totals."""

    names: tuple[Annotated[str, BeforeValidator(_name)], ...] = ()
    clients: tuple[Network, ...] = ()


class QueryLogSection(Section):
    """`query_log: off` is short for `store: off`."""

    store: Annotated[str, BeforeValidator(_store)] = "sqlite:///querylog.db"
    retention: Annotated[Duration, AfterValidator(_retention)] = 90 * SECONDS["d"]
    size: Annotated[Size, AfterValidator(_size)] = OCTETS["GiB"]
    clients: Literal["full", "truncated", "hashed", "none"] = "full"
    names: Literal["full", "vendors", "none"] = "full"
    ignore: Ignored = Ignored()

    @model_validator(mode="before")
    @classmethod
    def _or_off(cls, written: Any) -> Any:
        return {"store": "off"} if written in OFF or written is False else written
