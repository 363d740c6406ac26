"""Which HTTP a client gets, and as whom it asks."""

import asyncio

import pytest

from blocker.core.engine import Engine, View
from blocker.core.sinkhole import Sinkhole
from tests.support.encrypted import client, https_listener
from tests.support.http1 import get, post, response
from tests.support.http2 import Http2Client
from tests.support.listening import Late
from tests.support.packets import query, read
from tests.support.rules import policy, rule

NXDOMAIN = 3
BLOCKED = query("blocked.example")


class Known:
    """Views as a group with the client `id:anna-phone` has them, by another answer."""

    def __init__(self) -> None:
        blocks = policy(rule("blocked.example"))
        self.anna, self.others = View(blocks, Sinkhole(mode="nxdomain")), View(blocks)

    def of(self, client: str) -> View:
        return self.anna if client == "id:anna-phone" else self.others

    def identified(self, client: str) -> bool | None:
        return True if client == "id:anna-phone" else None

    @property
    def all(self) -> list[View]:
        return [self.anna, self.others]


@pytest.mark.parametrize(
    "offered, agreed", [(["h2", "http/1.1"], "h2"), (["http/1.1"], "http/1.1"), ([], None)]
)
def test_the_client_chooses(offered: list[str], agreed: str | None) -> None:
    async def run() -> None:
        async with https_listener() as (listener, _), client(listener, offered) as at:
            assert at.writer.get_extra_info("ssl_object").selected_alpn_protocol() == agreed
            if agreed == "h2":
                asking = Http2Client(at)
                asking.begin()
                assert (await asking.answer(asking.post(BLOCKED))).status == 200
            else:
                at.writer.write(post(BLOCKED))
                assert (await response(at)).status == 200

    asyncio.run(run())


@pytest.mark.parametrize(
    "path, name, rcode",
    [
        ("/dns-query", "dns.home.example", 0),
        ("/dns-query/anna-phone", "dns.home.example", NXDOMAIN),
        ("/dns-query/ANNA-phone", "dns.home.example", NXDOMAIN),
        ("/dns-query", "anna-phone.dns.home.example", NXDOMAIN),
        ("/dns-query/someone", "anna-phone.dns.home.example", 0),  # the path says more
        ("/dns-query/someone", "dns.home.example", 0),
    ],
)
def test_an_id_chooses_the_view(path: str, name: str, rcode: int) -> None:
    async def run() -> None:
        behind = Late(Engine(Known()))
        async with https_listener(behind) as (listener, _):
            async with client(listener, ["http/1.1"], name) as at:
                at.writer.write(get(BLOCKED, path))
                assert read((await response(at)).body).header.rcode == rcode
            async with client(listener, ["h2"], name) as at:
                asking = Http2Client(at)
                asking.begin()
                got = await asking.answer(asking.post(BLOCKED, path))
                assert read(got.body).header.rcode == rcode
        clients = {entry[0] for entry in behind.engine.https.entries}
        assert clients == ({"id:anna-phone"} if rcode else {"127.0.0.1"})

    asyncio.run(run())
