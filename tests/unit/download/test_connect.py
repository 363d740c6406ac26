"""Where a connection may go is looked at where its socket is made."""

import asyncio
import socket
from dataclasses import replace

import pytest
from aiohttp import ClientConnectorError

from blocker.download.connect import Network, NotPublic
from blocker.download.resolve import DirectResolver
from tests.support.webserver import WebServer, answer


def get(url: str, *, anywhere: bool) -> int:
    async def run() -> int:
        network = Network(DirectResolver(tuple))
        async with network.session(anywhere=anywhere) as session, session.get(url) as response:
            return response.status

    return asyncio.run(run())


def test_by_name_and_by_address() -> None:
    with WebServer(https=False) as web:
        web.on("/list", answer(b"a.example\n"))
        for host in ("127.0.0.1", "localhost"):
            url = web.url("/list", host=host)
            assert get(url, anywhere=True) == 200
            with pytest.raises(ClientConnectorError) as caught:
                get(url, anywhere=False)
            assert "127.0.0.1, which is no public address" in str(caught.value.os_error)
        assert len(web.log) == 2


def test_the_guard_looks_at_the_address_itself() -> None:
    async def run() -> None:
        network = replace(Network(DirectResolver(tuple)), may_go_to=lambda host: host == "9.9.9.9")
        made = network._guarded(
            (socket.AF_INET, socket.SOCK_STREAM, 0, "9.9.9.9", ("9.9.9.9", 443))
        )
        made.close()
        with pytest.raises(NotPublic):
            network._guarded((socket.AF_INET, socket.SOCK_STREAM, 0, "9.9.9.9", ("10.0.0.1", 443)))

    asyncio.run(run())
