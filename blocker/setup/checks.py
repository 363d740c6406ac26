"""What stands in the way of serving a home, as a list to work through.

Rule: `problem` is what keeps blocker from answering; `attention` is what lets devices around it, or
may; each says what to type. Nothing is changed here, and no packet is sent.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Literal

from blocker.config.model import Config
from blocker.setup.machine import Own, Router
from blocker.setup.ports import Holder

Mark = Literal["ok", "attention", "problem"]
ENOUGH: Final = 2 << 30  # the query log's size by default, and as much again
_BRIDGES: Final = ("docker", "virbr", "br-", "veth", "lxc", "cni")


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the list."""

    check: str
    mark: Mark
    what: str
    do: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """All that was looked at."""

    config: Config
    holders: Sequence[Holder]
    addresses: Sequence[Own]
    interface: str  # the way out
    may_bind: bool
    ipv6_announced: bool
    clock_kept: bool | None
    lists_date: str
    firewalls: Sequence[str]
    router: Router | None = None
    program: str = "blocker"  # how to call this one

    @property
    def serving(self) -> list[Own]:
        """What to type into the router: the interface of the way out before others."""
        usable = [each for each in self.addresses if each.is_for_others]
        home = [each for each in usable if not each.interface.startswith(_BRIDGES)]
        return sorted(home, key=_worth(self.interface))


def findings(seen: Seen, today: date) -> list[Finding]:
    """In the order in which they matter."""
    return [
        *_port(seen),
        *_rights(seen),
        *_addresses(seen),
        *_ipv6(seen),
        *_strangers(seen),
        *_firewall(seen),
        *_clock(seen, today),
        *_disk(seen),
        *_around(seen),
    ]


def _port(seen: Seen) -> Iterator[Finding]:
    for listen in seen.config.dns.listen:
        if listen.port != 53:
            what = f"it listens on port {listen.port}: routers and devices ask port 53 only"
            yield Finding("port", "attention", what, ("# set dns.listen, or redirect port 53",))
    wanted = seen.config.dns.listen
    ours = [each for each in seen.holders if each.is_ours]
    clash = [
        each
        for each in seen.holders
        if not each.is_ours
        and any(each.port == own.port and each.meets(own.host) for own in wanted)
    ]
    for program, told in _by_program(clash).items():
        what = f"port 53 is held by {', '.join(map(str, told))}"
        if not program:
            yield Finding(
                "port",
                "problem",
                what,
                (f"sudo {seen.program} setup    # root sees whose it is",),
            )
            continue
        listed = ("# or leave it, and list this machine's own addresses under dns.listen",)
        yield Finding("port", "problem", what, (*told[0].advice, *listed))
    if not clash:
        yield Finding(
            "port",
            "ok",
            "blocker answers on it" if ours else "nobody else has it, where dns.listen wants it",
        )


def _rights(seen: Seen) -> Iterator[Finding]:
    if seen.may_bind or any(each.is_ours for each in seen.holders):
        yield Finding("rights", "ok", "this user may listen on the port")
        return
    what = "this user may not listen on a port below 1024"
    do = f"sudo {seen.program} serve    # or deploy/systemd"
    yield Finding("rights", "problem", what, (do,))


def _addresses(seen: Seen) -> Iterator[Finding]:
    if not seen.serving:
        yield Finding("address", "problem", "this machine has no address that others could ask")
        return
    told = ", ".join(str(each.at.ip) for each in seen.serving)
    yield Finding("address", "ok", f"for the router, as DNS server: {told}")
    leased = [each for each in seen.serving if each.at.version == 4 and not each.lasting]
    if leased:
        what = f"{leased[0].at.ip} is a lease: give the machine a fixed address, or it may change"
        do = "# in the router's DHCP server, reserve it for this machine"
        yield Finding("address", "attention", what, (do,))


def _ipv6(seen: Seen) -> Iterator[Finding]:
    own = [each for each in seen.serving if each.at.version == 6]
    if not seen.ipv6_announced:
        yield Finding("ipv6", "ok", "no router announces itself for IPv6 here")
        return
    what = (
        "a router announces IPv6: if it names a DNS server too, devices ask that one, not blocker"
    )
    do = ["# in the router, set the IPv6 DNS server to blocker, or switch its announcement off"]
    if not any(each.at.is_private for each in own):
        do.append("# blocker has no unique local address (fd...): see deploy/routers/README.md")
    yield Finding("ipv6", "attention", what, tuple(do))


def _strangers(seen: Seen) -> Iterator[Finding]:
    """Devices with a public IPv6 address are not at home, unless it is said that they are."""
    allowed = seen.config.dns.allow_from
    prefixes = {each.at.network for each in seen.serving if each.at.is_global}
    missing = [
        prefix
        for prefix in sorted(map(str, prefixes))
        if prefix not in {str(each) for each in allowed}
    ]
    if missing:
        what = f"devices with a public address ({', '.join(missing)}) would be refused"
        do = f"# dns: {{allow_from: [{', '.join(map(repr, missing))}]}}"
        yield Finding("allow_from", "attention", what, (do,))


def _firewall(seen: Seen) -> Iterator[Finding]:
    networks = dict.fromkeys(str(each.at.network) for each in seen.serving) or ["192.168.1.0/24"]
    encrypted = seen.config.dns.encrypted
    tls = sorted({each.port for each in (*encrypted.tls, *encrypted.https)}) if encrypted else []
    rules = {
        "ufw": [
            *(f"ufw allow from {each} to any port 53" for each in networks),
            *(
                f"ufw allow from {each} to any port {','.join(map(str, tls))} proto tcp"
                for each in networks
                if tls
            ),
        ],
        "firewalld": [
            "firewall-cmd --permanent --add-service=dns",
            *(f"firewall-cmd --permanent --add-port={port}/tcp" for port in tls),
            "firewall-cmd --reload",
        ],
    }
    ports = "port 53 in, UDP and TCP"
    ports += f"; and {' and '.join(map(str, tls))}, TCP" if tls else ""
    for name in seen.firewalls:
        what = f"{name} is on: it has to let {ports}"
        yield Finding("firewall", "attention", what, tuple(rules[name]))
    if not seen.firewalls:
        yield Finding("firewall", "ok", "neither ufw nor firewalld is on")


def _clock(seen: Seen, today: date) -> Iterator[Finding]:
    made = date.fromisoformat(seen.lists_date) if seen.lists_date[:1].isdigit() else date.min
    if today < made:
        what = f"the clock says {today}, which is before these lists were made: TLS will fail"
        yield Finding("clock", "problem", what, ("timedatectl set-ntp true",))
    elif seen.clock_kept is False:
        what = f"the clock says {today}, and nothing keeps it: encrypted upstreams need it right"
        yield Finding("clock", "attention", what, ("timedatectl set-ntp true",))
    else:
        yield Finding("clock", "ok", f"the clock says {today}")


def _disk(seen: Seen) -> Iterator[Finding]:
    folder = seen.config.state
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    told = f"{free / (1 << 30):.1f} GiB free for {seen.config.state}"
    yield Finding("disk", "ok" if free >= ENOUGH else "attention", told)


def _around(seen: Seen) -> Iterator[Finding]:
    pack = seen.config.blocking.vendors.get("public-dns")
    if pack is None or pack.state != "on":
        what = "devices set to a resolver of their own (Private DNS, secure DNS) go around blocker"
        do = (
            f"{seen.program} vendor public-dns on",
            "# for fixed addresses: blocker export --format nftables, deploy/routers/README.md",
        )
        yield Finding("around", "attention", what, do)
    else:
        yield Finding("around", "ok", "public-dns is on; fixed addresses take a firewall")


def firewalls(root: Path = Path("/")) -> list[str]:
    """Which of the two common ones is on."""
    found = []
    try:
        if "ENABLED=yes" in (root / "etc/ufw/ufw.conf").read_text():
            found.append("ufw")
    except OSError:
        pass
    if (root / "run/firewalld").is_dir():
        found.append("firewalld")
    return found


def _by_program(holders: Sequence[Holder]) -> dict[str, list[Holder]]:
    found: dict[str, list[Holder]] = {}
    for each in holders:
        found.setdefault(each.program, []).append(each)
    return found


def _worth(interface: str) -> Callable[[Own], tuple[bool, int, bool, str]]:
    def key(own: Own) -> tuple[bool, int, bool, str]:
        private = own.at.is_private
        return own.interface != interface, own.at.version, not private, str(own.at.ip)

    return key
