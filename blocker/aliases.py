"""The aliases behind a name, as the upstreams have them just now. For explain.

Rule: asked by the very engine and forwarder that serve, with no rules in force, so that a chain is
followed, checked and bounded as it is for a client.
"""

import asyncio
import time
from collections.abc import Iterable, Sequence
from typing import Any

from blocker.core.engine import Engine, Forward, View
from blocker.core.names import to_text
from blocker.core.policy import NoRules, Policy
from blocker.errors import StartError
from blocker.explain import type_number
from blocker.upstream.forwarder import Forwarder
from blocker.upstream.url import Given, upstream_of
from blocker.userrules import domain_name

_CLIENT = "127.0.0.1"


async def aliases_of(name: str, qtype: str, upstreams: Iterable[Given]) -> Sequence[str]:
    """The names that this one is an alias of, in order; () when it is none.

    ValueError for a name or type that is none; StartError when no upstream answers.
    """
    engine = Engine(View(Policy(NoRules())))
    asked = [upstream_of(given, time.monotonic) for given in upstreams]
    packet = b"\x00\x00\x01\x00\x00\x01" + bytes(6) + domain_name(name)
    packet += type_number(qtype).to_bytes(2, "big") + b"\x00\x01"
    outcome = engine.on_stream_query(packet, _CLIENT, time.monotonic())
    if not isinstance(outcome, Forward):
        return ()  # answered here, so it has no aliases
    forwarder = Forwarder(engine, asked, time.monotonic)
    reply = _Reply()
    try:
        forwarder.ask(outcome, reply, None)
        await reply.came.wait()  # the forwarder sees to it that one comes, if only SERVFAIL
    finally:
        forwarder.close()
    answer = engine.answers.get(outcome.query.keyed())
    if answer is None:
        message = f"no upstream could tell the aliases of {name}; without --resolve none is asked"
        raise StartError(message)
    return tuple(map(to_text, answer.chain))


class _Reply:
    """A client of the forwarder that only waits."""

    def __init__(self) -> None:
        self.came = asyncio.Event()

    def send(self, packet: bytes, address: Any) -> None:
        self.came.set()

    def withhold(self, address: Any) -> None:
        self.came.set()
