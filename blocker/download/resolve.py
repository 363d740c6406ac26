"""Finding a list's server without our own blocking, and before this resolver itself is up.

Rule: the configured upstreams are asked directly, with no rules in force. Only when none of them
answers is the machine's resolver asked, which may be this one.
"""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from aiohttp.abc import AbstractResolver, ResolveResult

from blocker.download.addresses import LOCALHOST, is_localhost
from blocker.errors import InvalidName
from blocker.upstream.base import Upstream
from blocker.upstream.lookup import addresses_of
from blocker.upstream.url import Given, upstream_of

Upstreams = Callable[[], Sequence[Given]]  # as they are just now
System = Callable[[str], Awaitable[list[str]]]  # the machine's resolver: a host's addresses

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
        upstreams = list(filter(None, map(_upstream, self._upstreams())))
        try:
            return await addresses_of(host, upstreams, time.monotonic) if upstreams else None
        except InvalidName:
            return []


async def _ask_system(host: str) -> list[str]:
    try:
        async with asyncio.timeout(_SYSTEM_SECONDS):
            found = await asyncio.get_running_loop().getaddrinfo(host, 0, type=socket.SOCK_STREAM)
    except TimeoutError:
        message = f"no resolver knows {host}"
        raise OSError(message) from None
    return [str(address[0]) for _, _, _, _, address in found]


def _upstream(given: Given) -> Upstream | None:
    try:
        return upstream_of(given, time.monotonic)
    except ValueError:  # on an interface that is gone
        return None


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET
