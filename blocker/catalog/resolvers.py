"""`lists/resolvers.yaml`: addresses of public resolvers, for firewalls.

Rule: only what an operator or a browser's source publishes, with that source; a product is one of
the pack public-dns. Names are that pack's business, not this file's.
"""

from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from blocker.yamlfile import read, validate

FILE: Final = "resolvers.yaml"
PACK: Final = "public-dns"


class Resolver(BaseModel):
    """Where one operator answers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    product: str
    addresses: Annotated[tuple[IPv4Address | IPv6Address, ...], Field(min_length=1)]
    evidence: Annotated[tuple[str, ...], Field(min_length=1)]


class ResolversFile(BaseModel):
    """All of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    resolvers: tuple[Resolver, ...]


def read_resolvers(folder: Path) -> tuple[Resolver, ...]:
    """What the folder of lists knows; a folder of one's own need not have the file."""
    path = folder / FILE
    return validate(read(path), ResolversFile).resolvers if path.is_file() else ()
