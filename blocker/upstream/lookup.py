"""Finding a host's addresses through upstreams alone, whatever this machine's resolver is.

Rule: the upstreams are asked by the forwarder that serves, with no rules in force: its checks,
time-outs and failover hold here too.
"""

import asyncio
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any, Final

from blocker.core.engine import Engine, Forward, View
from blocker.core.names import from_text
from blocker.core.policy import NoRules, Policy
from blocker.core.records import BadRecord, read
from blocker.core.wire import AAAA, HEADER, SERVFAIL, A
from blocker.upstream.base import Clock, Upstream
from blocker.upstream.forwarder import Forwarder

_CLIENT: Final = "127.0.0.1"
_TYPES: Final = (A, AAAA)


async def addresses_of(host: str, upstreams: Sequence[Upstream], clock: Clock) -> list[str] | None:
    """The host's addresses, those of IPv4 first. None when no upstream answers.

    InvalidName when the host is no name. The upstreams are closed afterwards.
    """
    name = from_text(host)
    engine = Engine(View(Policy(NoRules())))
    forwarder = Forwarder(engine, upstreams, clock)
    try:
        both = await asyncio.gather(
            *(_answer(engine, forwarder, name, qtype, clock()) for qtype in _TYPES)
        )
    finally:
        forwarder.close()
    if all(addresses is None for addresses in both):
        return None
    return [address for addresses in both if addresses for address in addresses]


async def _answer(
    engine: Engine, forwarder: Forwarder, name: bytes, qtype: int, now: float
) -> list[str] | None:
    packet = b"\x00\x00\x01\x00\x00\x01" + bytes(6) + name + qtype.to_bytes(2) + b"\x00\x01"
    outcome = engine.on_stream_query(packet, _CLIENT, now)
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
