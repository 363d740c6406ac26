"""What a format makes of a selection, before the header is put on top."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from blocker.core.sinkhole import Sinkhole

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Body:
    """The lines, how many of them block something, how they are meant, what they cannot say."""

    lines: Sequence[str]
    count: int
    meaning: Sequence[str] = ()
    lost: Sequence[str] = ()


def some(names: Sequence[str], one: str, many: str) -> str:
    """`2 families (a*.example.com, b*.example.com)`; no more than a few are named."""
    shown = ", ".join(names[:_SHOWN]) + (" ..." if len(names) > _SHOWN else "")
    return f"{len(names):,} {one if len(names) == 1 else many} ({shown})"


def families_lost(families: Sequence[str]) -> list[str]:
    """What formats without patterns have to leave out."""
    if not families:
        return []
    return [f"left out: {some(families, 'family', 'families')}, which this format cannot write"]


def addresses(sinkhole: Sinkhole) -> tuple[str, str]:
    """What a blocked name is answered with, over IPv4 and IPv6."""
    return str(ip_address(bytes(sinkhole.ipv4[0]))), str(ip_address(bytes(sinkhole.ipv6[0])))
