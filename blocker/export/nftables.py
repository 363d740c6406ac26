"""Rules for a Linux router with nftables: what devices that ask a resolver of their own come to.

Questions in clear to anybody are led to blocker; DNS over TLS and QUIC, and what goes to addresses
of known public resolvers, is refused at once, so that a device falls back and does not wait.

Rule: one table that is ours alone, replaced whole, so `nft -f` may be repeated, and deleting the
table undoes it. It looks at what clients send only; the router's own traffic is never touched.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from blocker.catalog.resolvers import Resolver
from blocker.errors import StartError

TABLE: Final = "blocker"
_INTERFACE: Final = re.compile(r"[A-Za-z0-9_.:@-]{1,15}")
_MAC: Final = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")
_WORDS: Final = {4: "ip", 6: "ip6"}

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Firewall:
    """Where clients are, where blocker is, and who may ask whom he likes.

    Without resolvers blocker runs on the router itself.
    """

    interfaces: tuple[str, ...]
    resolvers: tuple[Address, ...] = ()
    port: int = 53
    exempt: tuple[Network, ...] = ()
    exempt_macs: tuple[str, ...] = ()

    def resolver(self, version: int) -> Address | None:
        return next((each for each in self.resolvers if each.version == version), None)

    @property
    def unserved(self) -> list[int]:
        """The versions of IP that blocker has no address in."""
        return [each for each in (4, 6) if self.resolvers and self.resolver(each) is None]


def firewall(
    interfaces: Sequence[str], resolvers: Sequence[str], port: int, exempt: Sequence[str]
) -> Firewall:
    """From words as typed; StartError says what to write instead."""
    if not interfaces:
        message = "say behind which interface of the router clients are: --interface br-lan"
        raise StartError(message)
    for name in interfaces:
        if not _INTERFACE.fullmatch(name):
            raise StartError(f"--interface {name}: no interface is called so; `ip link` lists them")
    found = [_resolver(each) for each in resolvers]
    versions = [each.version for each in found]
    if len(set(versions)) < len(versions):
        raise StartError("--resolver: at most one IPv4 and one IPv6 address")
    if not 1 <= port <= 65535:
        raise StartError(f"--port {port}: a port is a number from 1 to 65535")
    macs = tuple(each.lower() for each in exempt if _MAC.fullmatch(each.lower()))
    networks = tuple(_network(each) for each in exempt if each.lower() not in macs)
    return Firewall(tuple(interfaces), tuple(found), port, networks, macs)


def ruleset(wall: Firewall, known: Iterable[Resolver], without: Sequence[str] = ()) -> list[str]:
    """The file's lines. `without` names resolvers of the lists that have no known address."""
    addresses = sorted({each for one in known for each in one.addresses}, key=_order)
    return [
        *(f"# {line}".rstrip() for line in _meaning(len(addresses), without)),
        "",
        "# Made first and then deleted: so it works whether or not the table was there.",
        f"table inet {TABLE}",
        f"delete table inet {TABLE}",
        "",
        f"table inet {TABLE} {{",
        *_sets(wall, addresses),
        *_redirect(wall),
        *(_masquerade(wall) if wall.resolvers else ()),
        *_refuse(wall),
        *(_refuse_local(wall) if wall.unserved else ()),
        "}",
    ]


def _meaning(addresses: int, without: Sequence[str]) -> Iterator[str]:
    yield f"Load: nft -f FILE.  See what it did: nft list table inet {TABLE}.  Undo: nft delete"
    yield f"table inet {TABLE}. It does not outlast a restart by itself: deploy/routers/README.md."
    yield ""
    yield "What it cannot do. DNS over HTTPS looks like any page, so it is known by address alone:"
    yield f"{addresses} addresses of lists/resolvers.yaml. Resolvers on other addresses, on servers"
    yield "that many sites share, over a VPN or iCloud Private Relay go around it; switch on the"
    yield "pack public-dns as well, so that at least their names lead nowhere."
    if without:
        yield f"Without a published address of their own: {', '.join(without)}."


def _sets(wall: Firewall, addresses: Sequence[Address]) -> Iterator[str]:
    # The resolver itself has to reach its upstreams, or questions would go round in circles.
    own = [ip_network(str(each)) for each in wall.resolvers]
    for version in (4, 6):
        members = sorted({str(each) for each in (*own, *wall.exempt) if each.version == version})
        yield from _set(f"exempt{version}", version, members, "may ask whom they like")
    for version in (4, 6):
        members = [str(each) for each in addresses if each.version == version]
        yield from _set(f"resolvers{version}", version, members, "public resolvers")
    yield ""


def _set(name: str, version: int, members: Sequence[str], comment: str) -> Iterator[str]:
    yield f"    set {name} {{  # {comment}"
    yield f"        type ipv{version}_addr; flags interval; auto-merge"
    if members:
        yield "        elements = {"
        yield from (f"            {member}," for member in members)
        yield "        }"
    yield "    }"


def _clients_only(wall: Firewall) -> Iterator[str]:
    names = ", ".join(f'"{name}"' for name in wall.interfaces)
    yield f"        iifname != {{ {names} }} return"
    yield "        ip saddr @exempt4 return"
    yield "        ip6 saddr @exempt6 return"
    if wall.exempt_macs:
        yield f"        ether saddr {{ {', '.join(wall.exempt_macs)} }} return"


def _redirect(wall: Firewall) -> Iterator[str]:
    yield "    # Before other rules for destinations, so that a port opened elsewhere does not win."
    yield "    chain lead_here {"
    yield "        type nat hook prerouting priority dstnat - 5; policy accept;"
    yield from _clients_only(wall)
    if not wall.resolvers:
        if wall.port == 53:
            yield "        fib daddr type local return  # asks this machine already"
        for protocol in ("udp", "tcp"):
            yield f"        {protocol} dport 53 counter redirect to :{wall.port}"
    for version in (4, 6):
        if address := wall.resolver(version):
            family, target = _WORDS[version], _target(address, wall.port)
            yield f"        {family} daddr {address} return  # asks blocker already"
            for protocol in ("udp", "tcp"):
                what = f"meta nfproto ipv{version} {protocol} dport 53"
                yield f"        {what} counter dnat {family} to {target}"
    yield "    }"
    yield ""


def _masquerade(wall: Firewall) -> Iterator[str]:
    yield "    # A client in blocker's own network would get the answer straight from it, from an"
    yield "    # address that it did not ask. So the answer has to come back through here: blocker"
    yield "    # then sees the router's address, and not which client it was. Not so where clients"
    yield "    # and blocker are behind different interfaces. Takes Linux 5.7 or later."
    yield "    chain come_back {"
    yield "        type nat hook postrouting priority srcnat - 5; policy accept;"
    for version in (4, 6):
        if address := wall.resolver(version):
            to = f"{_WORDS[version]} daddr {address}"
            for name in wall.interfaces:
                where = f'iifname "{name}" oifname "{name}"'
                yield f"        {where} {to} ct status dnat counter masquerade"
    yield "    }"
    yield ""


def _refuse(wall: Firewall) -> Iterator[str]:
    yield "    # Refused and not dropped: Android's automatic Private DNS, browsers and apps then"
    yield "    # go back to the network's DNS at once. One set to a fixed host name has no names."
    yield "    chain refused {"
    yield "        type filter hook forward priority filter - 5; policy accept;"
    yield from _clients_only(wall)
    for address in wall.resolvers:
        family = _WORDS[address.version]
        yield f"        {family} daddr {address} return  # blocker's own DNS over TLS and HTTPS"
    for version in wall.unserved:
        yield from _no_dns(version)
    yield "        tcp dport 853 counter reject with tcp reset  # DNS over TLS"
    yield "        udp dport 853 counter reject  # DNS over QUIC"
    for version in (4, 6):
        to = f"{_WORDS[version]} daddr @resolvers{version}"
        # Any port: DNS over HTTPS is on 443, DNSCrypt on others. A ping still gets through.
        yield f"        {to} meta l4proto tcp counter reject with tcp reset"
        yield f"        {to} meta l4proto udp counter reject"
    yield "    }"


def _refuse_local(wall: Firewall) -> Iterator[str]:
    yield ""
    yield "    # The router's own DNS over the version of IP that blocker has no address in."
    yield "    chain refused_here {"
    yield "        type filter hook input priority filter - 5; policy accept;"
    yield from _clients_only(wall)
    for version in wall.unserved:
        yield from _no_dns(version)
    yield "    }"


def _no_dns(version: int) -> Iterator[str]:
    what = f"meta nfproto ipv{version}"
    yield f"        {what} udp dport 53 counter reject  # blocker has no IPv{version} address:"
    yield f"        {what} tcp dport 53 counter reject with tcp reset  # clients ask the other way"


def _target(address: Address, port: int) -> str:
    if port == 53:
        return str(address)
    return f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"


def _resolver(written: str) -> Address:
    try:
        address = ip_address(written)
    except ValueError:
        raise StartError(f"--resolver {written}: write an address, as 192.168.1.2") from None
    if address.is_link_local or address.is_loopback or address.is_unspecified:
        message = f"--resolver {written}: routers cannot send there; name one that clients can ask"
        raise StartError(message)
    return address


def _network(written: str) -> Network:
    try:
        return ip_network(written, strict=False)
    except ValueError:
        message = f"--exempt {written}: write an address, a network or a MAC address"
        raise StartError(message) from None


def _order(address: Address) -> tuple[int, int]:
    return address.version, int(address)
