"""DNS rebinding: a page from elsewhere gives its name an address of the home, and its script then
speaks to the router or the NAS behind it as if that were its own server.

Rule: a public name never resolves to an address of the home, unless its zone is exempt or the user
allows it.
"""

from collections.abc import Collection, Sequence
from ipaddress import ip_network
from typing import Final

from blocker.core.names import ROOT, parents
from blocker.core.policy import Rule, Verdict
from blocker.core.records import SERVICE, BadRecord, Record, addresses
from blocker.core.wire import AAAA, A

LIST: Final = "rebinding protection"

# An address that only a network of one's own, or a machine itself, answers at. The shared space of
# RFC 6598 is how providers and overlay networks number their clients.
_V4: Final = (
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
    *("172.16.0.0/12", "192.168.0.0/16", "255.255.255.255/32"),
)
_V6: Final = ("::/128", "::1/128", "fc00::/7", "fe80::/10", "fec0::/10")
# Where an IPv4 address stands in the last 32 bits: mapped, compatible (RFC 4291), NAT64 (RFC 6052).
_EMBEDDING: Final = ("::ffff:0:0/96", "::/96", "64:ff9b::/96")


def leads_home(message: bytes, records: Sequence[Record]) -> bool:
    """Whether an address in these records, or a hint of a service, is one of the home. Raises
    BadRecord for an address of any other size: who knows what a client makes of that.
    """
    found = False
    for record in records:
        address = _ADDRESSES.get(record.rtype)
        if address is not None:
            size, first = address
            if record.end - record.data != size:
                raise BadRecord
            # Of nearly all addresses the first octet says enough.
            if message[record.data] in first and _is_home(message[record.data : record.end]):
                found = True
        elif record.rtype in SERVICE and any(map(_is_home, addresses(message, [record]))):
            found = True
    return found


def leads_nowhere(message: bytes, records: Sequence[Record]) -> bool:
    """Whether they have addresses, all 0.0.0.0 or ::, as resolvers say of what they block."""
    found = list(addresses(message, records))
    return bool(found) and not any(map(any, found))


def is_kept_away(name: bytes, zones: Collection[bytes] | None, verdict: Verdict | None) -> bool:
    """Whether a name may not lead home. `zones` may, and all below them; None: every name may."""
    if zones is None or (
        verdict is not None and verdict.action == "allow" and verdict.rule.layer == "user"
    ):
        return False
    return not any(zone in zones for zone in parents(name))


KEPT_AWAY: Final = Verdict(
    "block",
    Rule(
        text="a private address for a public name",
        name=ROOT,
        match="address",
        action="block",
        layer="subscription",
        list=LIST,
        line=0,
        mode="nodata",
    ),
)


def _is_home(packed: bytes) -> bool:
    number = int.from_bytes(packed, "big")
    if len(packed) == _OCTETS_4:
        return any(number >> shift == bits for shift, bits in _PREFIXES_4)
    if len(packed) != _OCTETS_6:  # that is no address
        return False
    if any(number >> shift == bits for shift, bits in _PREFIXES_6):
        return True
    embeds = any(number >> shift == bits for shift, bits in _PREFIXES_EMBEDDING)
    return embeds and _is_home(packed[-_OCTETS_4:])


def _prefixes(*networks: str) -> tuple[tuple[int, int], ...]:
    """Of each network by how far an address is to be shifted, and what is left then."""
    read = [ip_network(each) for each in networks]
    shifts = [(each, each.max_prefixlen - each.prefixlen) for each in read]
    return tuple((shift, int(each.network_address) >> shift) for each, shift in shifts)


_OCTETS_4: Final = 4
_OCTETS_6: Final = 16
_PREFIXES_4: Final = _prefixes(*_V4)
_PREFIXES_6: Final = _prefixes(*_V6)
_PREFIXES_EMBEDDING: Final = _prefixes(*_EMBEDDING)
# By type: an address's octets, and with which it may be one of the home.
_ADDRESSES: Final = {
    A: (_OCTETS_4, frozenset(ip_network(each).network_address.packed[0] for each in _V4)),
    AAAA: (_OCTETS_6, frozenset((0x00, 0xFC, 0xFD, 0xFE))),
}
