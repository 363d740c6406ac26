"""The listening sockets, bound before the rights to do so are given up.

Every worker has a set of its own (SO_REUSEPORT spreads queries over them). The supervisor keeps
them all open: what arrives while a worker is being replaced waits in the socket.
"""

import contextlib
import errno
import logging
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from blocker.datagrams import leave_whole
from blocker.errors import StartError

RECEIVE_BUFFER = 4 * 1024 * 1024  # a second of a worker's absence at 5,000 q/s and more
BACKLOG = 1024

SO_RCVBUFFORCE = 33  # asm-generic/socket.h; root may exceed net.core.rmem_max
IP_PKTINFO = 8  # linux/in.h; Python names it from 3.14 on
IP_FREEBIND = 15  # likewise
IPV6_FREEBIND = 78  # linux/in6.h

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Address:
    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def family(self) -> socket.AddressFamily:
        return socket.AF_INET6 if ":" in self.host else socket.AF_INET

    @property
    def is_wildcard(self) -> bool:
        return self.host in ("0.0.0.0", "::")


@dataclass(frozen=True, slots=True)
class DnsSockets:
    """What one worker listens on."""

    udp: list[socket.socket]
    tcp: list[socket.socket]
    tls: list[socket.socket] = field(default_factory=list)
    https: list[socket.socket] = field(default_factory=list)

    def close(self) -> None:
        for sock in (*self.udp, *self.tcp, *self.tls, *self.https):
            sock.close()


def bind_dns(
    addresses: Sequence[Address],
    workers: int,
    tls: Sequence[Address] = (),
    https: Sequence[Address] = (),
) -> list[DnsSockets]:
    """One set of sockets per worker; StartError when an address cannot be had."""
    usable = [address for address in addresses if _usable(address)]
    if not usable:
        raise StartError("this machine has none of the addresses of dns.listen")
    for address in usable:
        _say_if_missing(address, "dns.listen")
    for address in usable:  # another of our own kind would share the port and take half the queries
        for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
            _bind(address, kind, shared=False).close()
    encrypted = [
        (setting, [address for address in wanted if _usable(address, setting)])
        for setting, wanted in (("dns.encrypted.tls", tls), ("dns.encrypted.https", https))
    ]
    for setting, wanted in encrypted:
        for address in wanted:
            _bind(address, socket.SOCK_STREAM, shared=False, setting=setting).close()
    return [
        DnsSockets(
            [_bind_udp(address, shared=workers > 1) for address in usable],
            [_bind_tcp(address, shared=workers > 1) for address in usable],
            *(
                [_bind_tcp(address, shared=workers > 1, setting=setting) for address in wanted]
                for setting, wanted in encrypted
            ),
        )
        for _ in range(workers)
    ]


def bind_admin(address: Address) -> socket.socket:
    _say_if_missing(address, "admin.listen")
    return _bind_tcp(address, shared=False, setting="admin.listen")


def _usable(address: Address, setting: str = "dns.listen") -> bool:
    """A machine without IPv6 still gets what the default `[::]:53` can give: nothing."""
    try:
        socket.socket(address.family, socket.SOCK_DGRAM).close()
    except OSError as error:
        if error.errno != errno.EAFNOSUPPORT or not address.is_wildcard:
            raise StartError(f"{address}: {error.strerror}; correct {setting}") from error
        log.warning("this machine has no IPv6; not listening on %s", address)
        return False
    return True


def _say_if_missing(address: Address, setting: str) -> None:
    """At boot the network may come later than we do; that must not leave a home without names."""
    with socket.socket(address.family, socket.SOCK_DGRAM) as sock:
        try:
            sock.bind((address.host, 0))
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                log.warning(
                    "this machine does not have the address %s of %s yet; what asks there is "
                    "answered as soon as it has", address.host, setting,
                )  # fmt: skip


def _bind_udp(address: Address, *, shared: bool) -> socket.socket:
    sock = _bind(address, socket.SOCK_DGRAM, shared=shared)
    leave_whole(sock)
    with contextlib.suppress(OSError):  # best effort, and forced where the right to is there
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER)
    return sock


def _bind_tcp(address: Address, *, shared: bool, setting: str = "dns.listen") -> socket.socket:
    sock = _bind(address, socket.SOCK_STREAM, shared=shared, setting=setting)
    sock.listen(BACKLOG)
    return sock


def _bind(
    address: Address, kind: socket.SocketKind, *, shared: bool, setting: str = "dns.listen"
) -> socket.socket:
    sock = socket.socket(address.family, kind)
    try:
        sock.setblocking(False)
        if shared:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if kind == socket.SOCK_STREAM:  # for UDP it would let two programs share the port
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if address.family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if not address.is_wildcard:
            _wait_for_address(sock)
        elif kind == socket.SOCK_DGRAM:
            _ask_for_destination(sock)
        sock.bind((address.host, address.port))
    except OSError as error:
        sock.close()
        raise StartError(_why(error, address, kind, setting)) from error
    return sock


def _wait_for_address(sock: socket.socket) -> None:
    """Bind to an address that the machine does not have, or has not tried out, yet (ip(7))."""
    if sock.family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, IPV6_FREEBIND, 1)
    else:
        sock.setsockopt(socket.IPPROTO_IP, IP_FREEBIND, 1)


def _ask_for_destination(sock: socket.socket) -> None:
    """An answer must leave from the address that was asked (RFC 2181 section 4.1)."""
    if sock.family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
    else:
        sock.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)


def _why(error: OSError, address: Address, kind: socket.SocketKind, setting: str) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            holder = next(holders(address, kind), "another program")
            more = " (`sudo blocker setup` says how)" if address.port == 53 else ""
            return (
                f"{_name(kind)} port {address.port} on {address.host} is in use by {holder}; "
                f"stop it{more}, or set {setting} to another port"
            )
        case errno.EACCES | errno.EPERM:
            return (
                f"port {address.port} needs rights this user does not have; start as root with "
                f"`user:` set, give CAP_NET_BIND_SERVICE, or set {setting} to a port above 1023"
            )
        case _:
            return f"cannot listen on {address}: {error.strerror}; correct {setting}"


def _name(kind: socket.SocketKind) -> str:
    return "UDP" if kind == socket.SOCK_DGRAM else "TCP"


def holders(address: Address, kind: socket.SocketKind) -> Iterator[str]:
    """Who has the port, as far as /proc tells this user: `dnsmasq (pid 812)`."""
    inodes = set(_inodes(address.port, kind))
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended, or belongs to someone else
            for descriptor in (process / "fd").iterdir():
                target = str(descriptor.readlink())
                if target.startswith("socket:[") and target[8:-1] in inodes:
                    yield f"{(process / 'comm').read_text().strip()} (pid {process.name})"
                    break


def _inodes(port: int, kind: socket.SocketKind) -> Iterator[str]:
    listening = "0A"  # linux/tcp_states.h; any state will do for UDP
    for table in ("tcp", "tcp6") if kind == socket.SOCK_STREAM else ("udp", "udp6"):
        with contextlib.suppress(OSError):
            for line in Path("/proc/net", table).read_text().splitlines()[1:]:
                fields = line.split()
                if int(fields[1].rpartition(":")[2], 16) == port and (
                    kind == socket.SOCK_DGRAM or fields[3] == listening
                ):
                    yield fields[9]
