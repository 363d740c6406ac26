"""https:// as a client of the resolver sees it, from a server that does as it is told."""

import asyncio
import gc
import ssl
from collections.abc import Iterator

import pytest
from h2.connection import H2Connection

from blocker.upstream import tls
from blocker.upstream.base import Upstream
from blocker.upstream.https import HttpsUpstream
from blocker.upstream.url import upstream_of
from tests.support.asking import Bench, clock, run
from tests.support.certificates import certificates, tls_server
from tests.support.dohserver import DohServer
from tests.support.upstream import ScriptedUpstream


@pytest.fixture(autouse=True)
def trusted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates() / "ca.pem"))
    tls.client_context.cache_clear()
    yield
    tls.client_context.cache_clear()


def asked(*servers: DohServer) -> list[Upstream]:
    return [upstream_of(server.given(), clock) for server in servers]


def test_many_questions_share_one_connection_and_answers_come_in_any_order() -> None:
    with DohServer() as server:
        names = [f"n{number}.example" for number in range(40)]
        for number, name in enumerate(names):
            server.on(name, f"delay:{0.3 - number * 0.005}")

        async def scenario(bench: Bench) -> None:
            assert (await bench.ask("first.example")).answers == 1
            got = await bench.ask_all(names)
            assert {one.answers for one in got} == {1}
            assert [one.packet_id for one in got] == list(range(1, 41))

        run(asked(server), scenario)
        assert server.connections == 1


def test_more_questions_than_the_server_takes_at_a_time_wait_for_their_turn() -> None:
    with DohServer(most=4) as server:
        names = [f"n{number}.example" for number in range(40)]

        async def scenario(bench: Bench) -> None:
            assert (await bench.ask("first.example")).answers == 1
            assert {one.answers for one in await bench.ask_all(names)} == {1}

        run(asked(server), scenario)
        assert server.connections == 1


def test_no_more_than_any_server_takes_are_asked_before_it_has_said_how_many() -> None:
    with DohServer() as server:
        names = [f"n{number}.example" for number in range(300)]

        async def scenario(bench: Bench) -> None:
            assert {one.answers for one in await bench.ask_all(names)} == {1}

        run(asked(server), scenario)
        assert server.connections == 1


@pytest.mark.parametrize(
    "step,reason",
    [
        ("status:503", "HTTP 503"),
        ("status:404", "HTTP 404"),
        ("status:302", "HTTP 302"),  # no redirect is followed
        ("type:text/html; charset=utf-8", "sent text/html"),
        ("type:application/dns-json", "sent application/dns-json"),
        ("wrong-question", "sent nonsense"),
        ("truncated", "sent nonsense"),
        ("query", "sent nonsense"),
        ("empty", "sent nonsense"),
        ("id", "sent nonsense"),
        ("long", "sent too much"),
        ("reset:2", "http/2: internal_error"),
    ],
)
def test_what_is_no_answer_sends_us_to_the_next(step: str, reason: str) -> None:
    with DohServer() as server, ScriptedUpstream() as other:
        server.on("a.example", step)

        async def scenario(bench: Bench) -> None:
            first = bench.forwarder.upstreams[0]
            assert (await bench.ask("a.example")).answers == 1
            assert first.tally.errors == {"network": 1}

        run([*asked(server), upstream_of({"url": other.url}, clock)], scenario)

        async def alone(bench: Bench) -> None:
            got = await bench.ask("a.example")
            assert got.rcode == 2
            assert got.ede == (23, f"lists.example:{server.port} {reason}")

        run(asked(server), alone)


@pytest.mark.parametrize("step", ["goaway", "close", "reset:7", "noise"])
def test_a_connection_that_worked_and_ends_is_made_again_unseen(step: str) -> None:
    with DohServer() as server:
        server.on("b.example", step, "answer")

        async def scenario(bench: Bench) -> None:
            assert (await bench.ask("a.example")).answers == 1
            got = await bench.ask_all(["b.example", "c.example", "d.example"])
            assert {one.answers for one in got} == {1}
            assert max(one.seconds for one in got) < 2
            assert not bench.forwarder.upstreams[0].tally.errors

        run(asked(server), scenario)
        assert server.connections == (1 if step.startswith("reset") else 2)


@pytest.mark.parametrize("step", ["goaway", "close", "noise"])
def test_a_connection_that_ended_is_not_left_to_the_garbage_collector(step: str) -> None:
    with DohServer() as server:
        names = [f"n{number}.example" for number in range(5)]
        for name in names:
            server.on(name, step, "answer")

        async def scenario(bench: Bench) -> None:
            gc.collect()
            gc.disable()
            try:
                for name in names:
                    assert (await bench.ask(name)).answers == 1
                held = [one for one in gc.get_objects() if isinstance(one, H2Connection)]
                assert sum(one.config.client_side for one in held) == 1
            finally:
                gc.enable()

        run(asked(server), scenario)


def test_what_nobody_waits_for_any_more_is_taken_back() -> None:
    with DohServer() as server:
        server.on("a.example", "drop")

        async def scenario(bench: Bench) -> None:
            assert (await bench.ask("first.example")).answers == 1
            assert (await bench.ask("a.example")).rcode == 2
            while not server.cancelled:
                await bench.ask(f"n{len(server.log)}.example")
                await asyncio.sleep(0.05)

        run(asked(server), scenario)


def test_what_a_closed_connection_still_owed_is_forgotten() -> None:
    with DohServer() as server:
        server.on("slow.example", "drop", "answer")

        async def scenario(bench: Bench) -> None:
            assert (await bench.ask("a.example")).answers == 1
            slow = asyncio.ensure_future(bench.ask("slow.example"))
            await asyncio.sleep(0.05)
            (upstream,) = bench.forwarder.upstreams
            assert isinstance(upstream, HttpsUpstream)
            connection = upstream._requests._connection
            assert connection is not None
            waiting = dict(connection.pending)
            connection.finish("connection closed")
            connection.forget()
            assert len(waiting) == 1
            assert (await slow).answers == 1

        run(asked(server), scenario)
        assert server.connections == 2


def test_a_failing_rcode_is_one() -> None:
    with DohServer() as server, ScriptedUpstream() as other:
        server.on("a.example", "rcode:2")

        async def scenario(bench: Bench) -> None:
            assert (await bench.ask("a.example")).answers == 1
            assert bench.forwarder.upstreams[0].tally.errors == {"rcode": 1}

        run([*asked(server), upstream_of({"url": other.url}, clock)], scenario)


def test_edns_not_understood_is_left_out() -> None:
    with DohServer() as server:
        server.on("a.example", "no-edns-bare", "answer")

        async def scenario(bench: Bench) -> None:
            assert (await bench.ask("a.example")).answers == 1

        run(asked(server), scenario)
        assert [len(posted.packet) == 128 for posted in server.log] == [True, False]


@pytest.mark.parametrize("host", ["wrong.example", "127.0.0.9"])
def test_another_name_is_another_server(host: str) -> None:
    with DohServer() as server:
        given = upstream_of(
            {"url": f"https://{host}:{server.port}/dns-query", "addresses": ["127.0.0.1"]}, clock
        )
        if host == "127.0.0.9":
            given = HttpsUpstream(given.url, clock, ["127.0.0.9"], list)

        async def scenario(bench: Bench) -> None:
            got = await bench.ask("a.example")
            assert got.rcode == 2

        run([given], scenario)
        assert server.log == []


@pytest.mark.parametrize(
    "certificate,complaint",
    [("expired", "certificate has expired"), ("selfsigned", "self-signed certificate")],
)
def test_a_certificate_that_proves_nothing(certificate: str, complaint: str) -> None:
    with DohServer(tls_server(certificate)) as server:

        async def scenario(bench: Bench) -> None:
            got = await bench.ask("a.example")
            assert got.rcode == 2
            assert got.ede is not None
            assert complaint in got.ede[1]

        run(asked(server), scenario)
        assert server.log == []


def test_a_server_that_speaks_only_the_old_http_is_none() -> None:
    with DohServer(alpn="http/1.1") as server:

        async def scenario(bench: Bench) -> None:
            got = await bench.ask("a.example")
            assert got.rcode == 2
            assert got.ede == (23, f"lists.example:{server.port} tls: it does not speak h2")

        run(asked(server), scenario)
        assert server.log == []


@pytest.mark.parametrize("url", ["https:///dns-query", "http://dns.example/x"])
def test_what_is_no_url(url: str) -> None:
    with pytest.raises(ValueError, match="is not a URL like"):
        HttpsUpstream(url, clock, [], list)


def test_tls_before_1_2_is_refused() -> None:
    old = tls_server()
    with pytest.warns(DeprecationWarning, match="TLSv1_1 is deprecated"):
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.warns(DeprecationWarning, match="TLSv1 is deprecated"):
        old.minimum_version = ssl.TLSVersion.TLSv1
    old.set_ciphers("ALL:@SECLEVEL=0")
    with DohServer(old) as server:

        async def scenario(bench: Bench) -> None:
            assert (await bench.ask("a.example")).rcode == 2

        run(asked(server), scenario)
        assert server.log == []
