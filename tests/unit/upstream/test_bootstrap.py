"""Where a server is that is known by its name."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import pytest

from blocker.upstream import bootstrap, tls
from blocker.upstream.bootstrap import Whereabouts
from blocker.upstream.channel import TlsChannel
from blocker.upstream.endpoint import Unusable
from blocker.upstream.url import upstream_from_url, upstream_of
from tests.support.asking import Bench, clock, run
from tests.support.certificates import certificates
from tests.support.dohserver import DohServer
from tests.support.upstream import ScriptedUpstream


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates() / "ca.pem"))
    tls.client_context.cache_clear()
    yield
    tls.client_context.cache_clear()


class Seeker:
    """One server sought, on a clock that can be put forward."""

    def __init__(self, upstream: ScriptedUpstream) -> None:
        self.ahead = 0.0
        self.where = Whereabouts(
            "dns.example", 443, [], lambda: [upstream_from_url(upstream.url, clock)], self.clock
        )

    def clock(self) -> float:
        return clock() + self.ahead

    async def look(self) -> str:
        told: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.where.look(told.set_result)
        return await asyncio.wait_for(told, 5)


def seek(upstream: ScriptedUpstream, scenario: Callable[[Seeker], Awaitable[None]]) -> None:
    async def play() -> None:
        seeker = Seeker(upstream)
        await scenario(seeker)
        seeker.where.close()

    asyncio.run(play())


def test_addresses_that_are_given_are_taken_in_turn_for_ever() -> None:
    where = Whereabouts("dns.example", 443, ["192.0.2.1", "2001:db8::1"], list, clock)
    seen = []
    for _ in range(5):
        seen.append(str(where.first))
        where.failed()
    assert seen == ["192.0.2.1#443", "2001:db8::1#443"] * 2 + ["192.0.2.1#443"]


def test_they_are_found_and_found_anew_when_nobody_is_there_any_more() -> None:
    with ScriptedUpstream() as upstream:
        upstream.on("dns.example", "address:127.0.0.2")

        async def scenario(seeker: Seeker) -> None:
            where = seeker.where
            assert where.first is None
            assert await seeker.look() == ""
            assert str(where.first) == "127.0.0.2#443"
            where.failed()
            assert where.first is None
            upstream.on("dns.example", "address:127.0.0.3")
            assert await seeker.look() == ""
            assert str(where.first) == "127.0.0.3#443"

        seek(upstream, scenario)


def test_one_failure_among_several_addresses_does_not_send_us_looking() -> None:
    where = Whereabouts("dns.example", 443, [], list, clock)
    where._endpoints = Whereabouts("x", 443, ["192.0.2.1", "192.0.2.2"], list, clock)._endpoints
    where.failed()
    assert str(where.first) == "192.0.2.2#443"
    where.worked()
    where.failed()
    assert str(where.first) == "192.0.2.1#443"
    where.failed()
    assert where.first is None


@pytest.mark.quiet
def test_while_there_is_no_network_it_is_tried_after_1_2_4_and_then_every_4_seconds() -> None:
    with ScriptedUpstream() as upstream:
        upstream.always("rcode:5")

        async def scenario(seeker: Seeker) -> None:
            for pause in (1.0, 2.0, 4.0, 4.0):
                assert await seeker.look() == "no address is known of dns.example"
                seeker.ahead += pause - 0.5
                with pytest.raises(Unusable, match="no address is known of dns"):
                    await seeker.look()
                seeker.ahead += 0.6
            upstream.on("dns.example", "address:127.0.0.2")
            assert await seeker.look() == ""

        seek(upstream, scenario)


def test_those_who_come_while_it_is_sought_wait_with_the_others() -> None:
    with ScriptedUpstream() as upstream:
        upstream.on("dns.example", "address:127.0.0.2")

        async def scenario(seeker: Seeker) -> None:
            told: list[str] = []
            seeker.where.look(told.append)
            seeker.where.look(told.append)
            while not told:  # noqa: ASYNC110 - the first is told for both
                await asyncio.sleep(0.01)
            assert told == [""]

        seek(upstream, scenario)
        assert len(upstream.log) == 2  # A and AAAA


def test_with_nobody_to_ask_nothing_is_known() -> None:
    async def play() -> None:
        where = Whereabouts("dns.example", 443, [], list, clock)
        told: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        where.look(told.set_result)
        assert await told == "no address is known of dns.example"

    asyncio.run(play())
    assert bootstrap.LAST_PAUSE < 5


@pytest.mark.usefixtures("trusted")
@pytest.mark.quiet
def test_an_address_where_nobody_is_makes_way_for_the_next() -> None:
    with DohServer() as server:
        given = upstream_of({"url": server.url, "addresses": ["127.0.0.7", "127.0.0.1"]}, clock)

        async def scenario(bench: Bench) -> None:
            got = await bench.ask("a.example")
            assert got.answers == 1
            assert got.seconds < 2

        run([given], scenario)
        assert server.connections == 1


@pytest.mark.usefixtures("trusted")
def test_the_address_is_asked_of_the_upstreams_that_have_one_once_a_question_needs_it() -> None:
    with DohServer() as server, ScriptedUpstream() as known:
        known.on("lists.example", "address:127.0.0.1")
        given = upstream_of({"url": server.url, "bootstrap": [known.url]}, clock)

        async def scenario(bench: Bench) -> None:
            await asyncio.sleep(0.1)
            assert known.log == []
            got = await bench.ask_all(["a.example", "b.example"])
            assert {one.answers for one in got} == {1}
            await bench.ask("c.example")

        run([given], scenario)
        assert sorted({one.name.lower() for one in known.log}) == ["lists.example"]
        assert len(known.log) == 2  # A and AAAA, once
        assert len(server.log) == 3


@pytest.mark.usefixtures("trusted")
def test_without_an_address_there_is_a_failure_that_says_so() -> None:
    with DohServer() as server, ScriptedUpstream() as known:
        known.always("rcode:3")
        given = upstream_of({"url": server.url, "bootstrap": [known.url]}, clock)

        async def scenario(bench: Bench) -> None:
            got = await bench.ask("a.example")
            assert got.rcode == 2
            said = f"lists.example:{server.port} no address is known of lists.example"
            assert got.ede == (23, said)

        run([given], scenario)


def test_one_that_cannot_be_asked_in_the_end_keeps_none_of_the_others_waiting(
    trusted: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    troubles = [OSError(24, "Too many open files")]
    channel = tls.Secured.channel

    def scarce(secured: tls.Secured, now: float) -> TlsChannel:
        if troubles:
            raise troubles.pop()
        return channel(secured, now)

    monkeypatch.setattr(tls.Secured, "channel", scarce)
    with DohServer() as server, ScriptedUpstream() as known:
        known.on("lists.example", "address:127.0.0.1")
        given = upstream_of({"url": server.url, "bootstrap": [known.url]}, clock)

        async def scenario(bench: Bench) -> None:
            got = await bench.ask_all([f"n{number}.example" for number in range(3)])
            assert {one.answers for one in got} == {1}
            assert max(one.seconds for one in got) < 0.9
            assert given.tally.errors == {"network": 1}

        run([given], scenario)
