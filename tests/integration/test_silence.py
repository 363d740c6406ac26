"""A rule that drops what an answer leads to, over a real connection: nobody waits for a reply."""

import asyncio
import socket

import pytest

from blocker.core.engine import Engine, View
from blocker.listen import connections
from blocker.listen.stream import StreamListener
from blocker.upstream.forwarder import Forwarder
from blocker.upstream.url import upstream_from_url
from tests.support.listening import clock, connection
from tests.support.packets import query, read
from tests.support.rules import listed, policy
from tests.support.upstream import ScriptedUpstream


def test_a_connection_does_not_wait_for_what_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "IN_FLIGHT", 2)

    async def run(upstream: ScriptedUpstream) -> None:
        engine = Engine(View(policy(listed("ads.example", mode="drop"))))
        forwarder = Forwarder(engine, [upstream_from_url(upstream.url, clock)], clock)
        sock = socket.create_server(("127.0.0.1", 0))
        server = StreamListener(sock, engine, forwarder, clock)
        await server.start()
        try:
            async with connection(server) as client:
                names = [f"n{number}.example" for number in range(5)]
                client.send(*(query(name) for name in names), query("clean.example"))
                assert str(read(await client.receive()).q.qname) == "clean.example."
                client.writer.write_eof()  # and it is closed, for no reply is still to come
                assert await client.is_closed()
            assert len(upstream.log) == 6
        finally:
            server.stop()
            forwarder.close()
            await asyncio.sleep(0)

    with ScriptedUpstream() as upstream:
        upstream.always("alias:ads.example")
        upstream.on("clean.example", "answer")
        asyncio.run(run(upstream))
