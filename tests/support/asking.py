"""A forwarder with a real engine, driven the way a listener drives it."""

import asyncio
import struct
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from blocker.core.engine import Engine, Forward, View, Views
from blocker.core.policy import NoRules, Policy
from blocker.upstream.base import Upstream
from blocker.upstream.forwarder import Forwarder
from blocker.upstream.routes import Upstreams
from blocker.upstream.url import upstream_from_url

CLIENT = "127.0.0.1"
A = 1


def clock() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def query_packet(
    name: str, packet_id: int = 1, qtype: int = A, *, do: bool = False, options: bytes = b""
) -> bytes:
    wire = b"".join(bytes((len(label),)) + label.encode() for label in name.split(".")) + b"\x00"
    opt = struct.pack(">BHHBBHH", 0, 41, 1232, 0, 0, 0x8000 if do else 0, len(options)) + options
    head = struct.pack(">6H", packet_id, 0x0100, 1, 0, 0, 1)
    return head + wire + struct.pack(">2H", qtype, 1) + opt


@dataclass
class Got:
    """A reply, and how long it took."""

    packet: bytes
    seconds: float

    @property
    def packet_id(self) -> int:
        return int.from_bytes(self.packet[:2], "big")

    @property
    def rcode(self) -> int:
        return self.packet[3] & 0x0F

    @property
    def answers(self) -> int:
        return int.from_bytes(self.packet[6:8], "big")

    @property
    def ede(self) -> tuple[int, str] | None:
        """Code and text of the extended error, when the last record is an OPT that has one."""
        at = self.packet.rfind(b"\x00\x00\x29\x04\xd0")
        options = self.packet[at + 11 :] if at > 0 else b""
        if len(options) < 6 or options[:2] != b"\x00\x0f":
            return None
        return int.from_bytes(options[4:6], "big"), options[6:].decode()


@dataclass
class Bench:
    """What a test asks through. `now` may be moved ahead of the real clock with `skip`."""

    engine: Engine
    forwarder: Forwarder
    waiting: dict[object, "asyncio.Future[Got]"] = field(default_factory=dict)
    withheld: int = 0

    def send(self, packet: bytes, address: object) -> None:
        future = self.waiting.pop(address)
        started: float = address[0]  # type: ignore[index]
        future.set_result(Got(packet, clock() - started))

    def withhold(self, address: object) -> None:
        self.withheld += 1

    async def ask(self, name: str, packet_id: int = 1, client: str = CLIENT, **kind: Any) -> Got:
        """The reply to one query, whether the engine had it ready or an upstream was asked."""
        now = clock()
        outcome = self.engine.on_query(query_packet(name, packet_id, **kind), client, now)
        if isinstance(outcome, bytes):
            return Got(outcome, clock() - now)
        assert isinstance(outcome, Forward)
        future: asyncio.Future[Got] = asyncio.get_running_loop().create_future()
        address = (now, object())
        self.waiting[address] = future
        self.forwarder.ask(outcome, self, address)
        return await asyncio.wait_for(future, 6)

    async def ask_all(self, names: Sequence[str]) -> list[Got]:
        return await asyncio.gather(
            *(self.ask(name, number) for number, name in enumerate(names, 1))
        )


def run(
    urls: Sequence[str] | Sequence[Upstream] | Upstreams,
    scenario: Callable[[Bench], Awaitable[None]],
    views: Views | None = None,
    **engine: Any,
) -> None:
    """Play a scenario against upstreams, with an error in the event loop failing the test."""

    async def play() -> None:
        troubles: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, what: troubles.append(what))
        view = View(Policy(NoRules(), [], vendors={}, max_breakage="none"))
        bench_engine = Engine(views or view, **engine)
        bench = Bench(bench_engine, Forwarder(bench_engine, _upstreams(urls), clock))
        try:
            await scenario(bench)
        finally:
            bench.forwarder.close()
            await asyncio.sleep(0)
        assert not troubles

    asyncio.run(play())


def _upstreams(
    urls: Sequence[str] | Sequence[Upstream] | Upstreams,
) -> Sequence[Upstream] | Upstreams:
    if isinstance(urls, Upstreams):
        return urls
    return [upstream_from_url(one, clock) if isinstance(one, str) else one for one in urls]
