"""Finding a list's server without our own blocking, and before this resolver itself is up.

Rule: the configured upstreams are asked directly, with no rules in force. Only when none of them
answers is the machine's resolver asked, which may be this one.
"""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address
from typing import Any, Final

from aiohttp.abc import AbstractResolver, ResolveResult

from blocker.core.engine import Engine, Forward, View
from blocker.core.names import from_text
from blocker.core.policy import NoRules, Policy
from blocker.core.records import BadRecord, read
from blocker.core.wire import AAAA, HEADER, SERVFAIL, A
from blocker.download.addresses import LOCALHOST, is_localhost
from blocker.errors import InvalidName
from blocker.upstream.base import Upstream
from blocker.upstream.forwarder import Forwarder
from blocker.upstream.url import upstream_from_url

Upstreams = Callable[[], Sequence[str]]  # their URLs, as they are just now
System = Callable[[str], Awaitable[list[str]]]  # the machine's resolver: a host's addresses

_CLIENT: Final = "127.0.0.1"
_TYPES: Final = (A, AAAA)
_SYSTEM_SECONDS: Final = 10.0
_NUMERIC: Final = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV


class DirectResolver(AbstractResolver):
    """For aiohttp: the addresses of a host."""

    def __init__(self, upstreams: Upstreams, system: System | None = None) -> None:
        self._upstreams = upstreams
        self._system = system or _ask_system

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        addresses = [*LOCALHOST] if is_localhost(host) else await self._ask(host)
        if addresses is None:
            addresses = await self._system(host)
        if not addresses:
            message = f"no address is known of {host}"
            raise OSError(message)
        return [
            ResolveResult(
                hostname=host, host=address, port=port, family=_family(address), proto=0,
                flags=_NUMERIC,
            )
            for address in addresses
            if family in (socket.AF_UNSPEC, _family(address))
        ]  # fmt: skip

    async def close(self) -> None:
        """Nothing is kept open."""

    async def _ask(self, host: str) -> list[str] | None:
        """None when no upstream answers."""
        try:
            name = from_text(host)
        except InvalidName:
            return []
        engine = Engine(View(Policy(NoRules())))
        upstreams = list(filter(None, map(_upstream, self._upstreams())))
        if not upstreams:
            return None
        forwarder = Forwarder(engine, upstreams, time.monotonic)
        try:
            both = await asyncio.gather(*(_answer(engine, forwarder, name, t) for t in _TYPES))
        finally:
            forwarder.close()
        if all(addresses is None for addresses in both):
            return None
        return [address for addresses in both if addresses for address in addresses]


async def _answer(
    engine: Engine, forwarder: Forwarder, name: bytes, qtype: int
) -> list[str] | None:
    packet = b"\x00\x00\x01\x00\x00\x01" + bytes(6) + name + qtype.to_bytes(2) + b"\x00\x01"
    outcome = engine.on_stream_query(packet, _CLIENT, time.monotonic())
    if not isinstance(outcome, Forward):
        return None  # a name that no upstream is asked for, such as printer.local
    reply = _Reply()
    forwarder.ask(outcome, reply, None)
    await reply.came.wait()  # the forwarder sees to it that one comes, if only SERVFAIL
    if reply.packet[3] & 15 == SERVFAIL:
        return None
    return _addresses(reply.packet, name, qtype)


def _addresses(message: bytes, name: bytes, qtype: int) -> list[str]:
    start, count = HEADER + len(name) + 4, message[6] << 8 | message[7]
    try:
        records = read(message, start, count, name)
    except BadRecord:
        return []
    size = 4 if qtype == A else 16
    found = [message[r.data : r.end] for r in records if r.rtype == qtype]
    return [str(ip_address(packed)) for packed in found if len(packed) == size]


async def _ask_system(host: str) -> list[str]:
    try:
        async with asyncio.timeout(_SYSTEM_SECONDS):
            found = await asyncio.get_running_loop().getaddrinfo(host, 0, type=socket.SOCK_STREAM)
    except TimeoutError:
        message = f"no resolver knows {host}"
        raise OSError(message) from None
    return [str(address[0]) for _, _, _, _, address in found]


def _upstream(url: str) -> Upstream | None:
    try:
        return upstream_from_url(url, time.monotonic)
    except ValueError:  # of a kind that cannot be asked from here
        return None


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


class _Reply:
    """A client of the forwarder that only waits."""

    def __init__(self) -> None:
        self.came = asyncio.Event()
        self.packet = b""

    def send(self, packet: bytes, address: Any) -> None:
        self.packet = packet
        self.came.set()

    def withhold(self, address: Any) -> None:
        self.came.set()
