"""RFC 7858, 7828 and 8467: DNS over TLS, keepalive and padding as a client sees them."""

import asyncio

import pytest

from tests.support.encrypted import client, dot_listener
from tests.support.listening import connection, stream_listener
from tests.support.packets import KEEPALIVE, PADDING, opt, option, options, query, read


def test_queries_are_pipelined_and_answered_out_of_order() -> None:
    # RFC 7858 section 3.3.
    async def run() -> None:
        async with dot_listener() as (listener, _), client(listener, ["dot"]) as asking:
            asking.send(query("late80.example"), query("late20.example"), query("blocked.example"))
            said = [str(read(await asking.receive()).q.qname) for _ in range(3)]
            assert said == ["blocked.example.", "late20.example.", "late80.example."]

    asyncio.run(run())


@pytest.mark.parametrize("size, block", [(128, 468), (0, 468)])
def test_replies_are_padded_to_468_for_who_pads(size: int, block: int) -> None:
    # RFC 8467 section 4.1; RFC 7830 section 4: never for who does not.
    async def run() -> None:
        async with dot_listener() as (listener, _), client(listener) as asking:
            asking.send(query("now.example", edns=opt(options=option(PADDING, bytes(size)))))
            assert len(await asking.receive()) == block
            asking.send(query("now.example", edns=opt()))
            assert PADDING not in options(await asking.receive())

    asyncio.run(run())


def test_in_clear_nothing_is_padded() -> None:
    async def run() -> None:
        async with stream_listener() as (listener, _), connection(listener) as asking:
            asking.send(query("now.example", edns=opt(options=option(PADDING, bytes(20)))))
            assert PADDING not in options(await asking.receive())

    asyncio.run(run())


def test_keepalive_over_tcp_and_tls() -> None:
    # RFC 7828 section 3.2: empty from a client, else FORMERR; our time in units of 100 ms.
    asks = query("now.example", edns=opt(options=option(KEEPALIVE)))
    tells = query("now.example", edns=opt(options=option(KEEPALIVE, b"\x00\x64")))

    async def run() -> None:
        async with stream_listener() as (listener, _), connection(listener) as asking:
            asking.send(asks, tells)
            assert options(await asking.receive())[KEEPALIVE] == (100).to_bytes(2, "big")
            assert read(await asking.receive()).header.rcode == 1
        async with dot_listener() as (encrypted, _), client(encrypted) as asking:
            asking.send(asks, tells)
            assert options(await asking.receive())[KEEPALIVE] == (300).to_bytes(2, "big")
            assert read(await asking.receive()).header.rcode == 1

    asyncio.run(run())
