"""Triggers of a response policy zone that are no names: addresses of answers and of clients."""

from ipaddress import IPv4Network, IPv6Network
from typing import Final, Literal

from blocker.core.names import labels
from blocker.core.rule import Network

Kind = Literal["address", "client"]
_KINDS: Final[dict[bytes, Kind]] = {b"rpz-ip": "address", b"rpz-client-ip": "client"}
_OF_SERVERS: Final = frozenset((b"rpz-nsdname", b"rpz-nsip"))
_GROUPS: Final = 8  # of 16 bits, in an IPv6 address


def network(owner: bytes) -> tuple[Kind, Network] | None:
    """`24.0.2.0.192.rpz-ip` is 192.0.2.0/24 of answers; None when the owner is a name.

    ValueError when it is a wrong address.
    """
    *reversed_, last = [*labels(owner)] or [b""]
    if last not in _KINDS:
        return None
    words = [label.decode("latin-1") for label in reversed_]
    try:
        length, address = words[0], words[:0:-1]
        if len(address) == 4 and "zz" not in address:
            return _KINDS[last], IPv4Network(f"{'.'.join(address)}/{length}")
        return _KINDS[last], IPv6Network(f"{_colons(address)}/{length}")
    except (IndexError, ValueError):
        raise ValueError("not a prefix length and an address backwards") from None


def is_of_servers(owner: bytes) -> bool:
    """Whether the trigger is about the name servers that were asked."""
    return [*labels(owner)][-1:] != [] and [*labels(owner)][-1] in _OF_SERVERS


def _colons(groups: list[str]) -> str:
    """`zz` stands for as many groups of zeros as are missing (`::`)."""
    if groups.count("zz") > 1 or ("zz" not in groups and len(groups) != _GROUPS):
        raise ValueError
    written = ":".join("" if group == "zz" else group for group in groups)
    if groups == ["zz"]:
        return "::"
    return f"{':' if groups[0] == 'zz' else ''}{written}{':' if groups[-1] == 'zz' else ''}"
