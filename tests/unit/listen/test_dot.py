"""DNS over TLS: what comes to a stream by being encrypted."""

import asyncio

from tests.support.encrypted import client, dot_listener
from tests.support.packets import opt, option, query, read


def options(reply: bytes) -> dict[int, bytes]:
    return {each.code: each.data for each in read(reply).ar[0].rdata}


def test_padding_for_who_pads_also_when_the_answer_had_to_wait() -> None:
    async def run() -> None:
        async with dot_listener() as (listener, _), client(listener) as asking:
            for name in ("blocked.example", "late20.example"):
                asking.send(query(name, edns=opt(options=option(12, bytes(20)))))
                assert len(await asking.receive()) % 468 == 0
                asking.send(query(name, edns=opt()))
                assert len(await asking.receive()) < 200

    asyncio.run(run())


def test_how_long_a_connection_is_kept_is_told_who_asks() -> None:
    async def run() -> None:
        async with dot_listener() as (listener, _), client(listener) as asking:
            asking.send(query("blocked.example", edns=opt(options=option(11))))
            assert options(await asking.receive())[11] == (300).to_bytes(2, "big")

    asyncio.run(run())


def test_it_is_counted_as_tls() -> None:
    async def run() -> None:
        async with dot_listener() as (listener, behind), client(listener, ["dot"]) as asking:
            assert asking.writer.get_extra_info("ssl_object").selected_alpn_protocol() == "dot"
            asking.send(query("blocked.example"))
            await asking.receive()
            while behind.engine.tls.fold():
                pass
            assert behind.engine.tally.queries == {("tls", "blocked"): 1}

    asyncio.run(run())
