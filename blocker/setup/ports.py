"""Who holds a port: from /proc, so it needs no program, and as far as this user may see.

Rule: for each of the usual holders it is known what lets go of the port, in words to be typed; a
holder that is not known is named, and nothing is guessed about it.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Final

_LISTENING: Final = "0A"  # linux/tcp_states.h; any state will do for UDP

STUB: Final = "/etc/systemd/resolved.conf.d/blocker.conf"
_RESOLVED: Final = (
    "mkdir -p /etc/systemd/resolved.conf.d",
    f"printf '[Resolve]\\nDNSStubListener=no\\n' > {STUB}",
    "ln -sf /run/systemd/resolve/resolv.conf /etc/resolv.conf",
    "systemctl restart systemd-resolved",
    f"# back: rm {STUB}; ln -sf /run/systemd/resolve/stub-resolv.conf /etc/resolv.conf; "
    "systemctl restart systemd-resolved",
)
_ADVICE: Final[dict[str, tuple[str, ...]]] = {
    "systemd-resolve": _RESOLVED,
    "dnsmasq": (
        "# if it gives addresses (DHCP) too, keep it and write port=0 in /etc/dnsmasq.conf",
        "systemctl disable --now dnsmasq    # back: systemctl enable --now dnsmasq",
    ),
    "named": ("systemctl disable --now named    # back: systemctl enable --now named",),
    "unbound": (
        "# or keep it as an upstream: interface: 127.0.0.1@5335 in unbound.conf",
        "systemctl disable --now unbound    # back: systemctl enable --now unbound",
    ),
    "pihole-FTL": (
        "systemctl disable --now pihole-FTL    # back: systemctl enable --now pihole-FTL",
    ),
    "AdGuardHome": (
        "systemctl disable --now AdGuardHome    # back: systemctl enable --now AdGuardHome",
    ),
    "docker-proxy": (
        "docker ps --filter publish=53    # the container that publishes it",
        "# stop that container, or publish its port on another address",
    ),
    "libvirt": ("# only its own bridge is taken: list your addresses under dns.listen",),
    "NetworkManager": (
        "# dns=dnsmasq stands in /etc/NetworkManager: write dns=default instead",
        "systemctl restart NetworkManager",
    ),
}
_NAMES: Final = {"systemd-resolve": "systemd-resolved"}  # the kernel keeps 15 letters of a name


@dataclass(frozen=True, slots=True, order=True)
class Holder:
    """A program with a socket on the port; without a name when it is somebody else's."""

    protocol: str
    address: str
    port: int
    program: str
    pid: int

    def __str__(self) -> str:
        who = f"{_NAMES.get(self.program, self.program)} (pid {self.pid})" if self.pid else "?"
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{self.protocol} {host}:{self.port} {who}"

    @property
    def advice(self) -> tuple[str, ...]:
        """What to type to have the port; nothing is known of other programs."""
        return _ADVICE.get(self.program, ())

    @property
    def is_ours(self) -> bool:
        return self.program.startswith("blocker")

    def meets(self, address: str) -> bool:
        """Whether nobody can listen on the address (and this port) beside it."""
        ours, theirs = ip_address(address), ip_address(self.address)
        if theirs.is_unspecified and theirs.version == 6 and ours.version == 4:
            return True  # as a rule it takes both
        same = ours.version == theirs.version
        return same and (ours == theirs or ours.is_unspecified or theirs.is_unspecified)


def holders(port: int, proc: Path = Path("/proc")) -> list[Holder]:
    """Everybody who listens on the port, on any address."""
    sockets = dict(_sockets(port, proc))
    programs = dict(_programs(set(sockets), proc))
    found = {
        Holder(protocol, address, port, *programs.get(inode, ("", 0)))
        for inode, (protocol, address) in sockets.items()
    }
    return sorted(found)


def _sockets(port: int, proc: Path) -> Iterator[tuple[str, tuple[str, str]]]:
    for table in ("udp", "udp6", "tcp", "tcp6"):
        with suppress(OSError):
            for line in (proc / "thread-self" / "net" / table).read_text().splitlines()[1:]:
                fields = line.split()
                host, _, number = fields[1].rpartition(":")
                if int(number, 16) == port and (table.startswith("udp") or fields[3] == _LISTENING):
                    yield fields[9], (table[:3].upper(), _address(host))


def _address(written: str) -> str:
    """From words of 32 bits in the order of this machine, which are little-endian everywhere."""
    words = [bytes.fromhex(written[at : at + 8])[::-1] for at in range(0, len(written), 8)]
    return str(ip_address(b"".join(words)))


def _programs(inodes: set[str], proc: Path) -> Iterator[tuple[str, tuple[str, int]]]:
    for process in proc.glob("[0-9]*"):
        with suppress(OSError):  # it ended, or belongs to someone else
            for descriptor in (process / "fd").iterdir():
                target = str(descriptor.readlink())
                if target.startswith("socket:[") and (inode := target[8:-1]) in inodes:
                    yield inode, (_program(process), int(process.name))


def _program(process: Path) -> str:
    name = (process / "comm").read_text().strip()
    command = (process / "cmdline").read_bytes().decode(errors="replace")
    if name == "dnsmasq":  # others start it with files of their own
        for owner, sign in (("libvirt", "/libvirt/"), ("NetworkManager", "/NetworkManager")):
            if sign in command:
                return owner
    return "blocker" if "\0blocker\0serve" in command or "/blocker\0serve" in command else name
