"""A real Unbound as upstream: it answers, hangs, dies and comes back."""

import asyncio
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from blocker.upstream import tls
from blocker.upstream.https import HttpsUpstream
from blocker.upstream.stream import StreamUpstream
from tests.support.asking import CLIENT, Bench, clock, query_packet, run
from tests.support.certificates import certificates
from tests.support.servers import Server, unbound

ADDRESS = bytes((192, 0, 2, 80))
TXT = 16


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with unbound(tmp_path) as running:
        yield running


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates() / "ca.pem"))
    tls.client_context.cache_clear()
    yield
    tls.client_context.cache_clear()


def url_of(server: Server, transport: str) -> str:
    return {
        "udp": server.url,
        "tcp": server.tcp_url,
        "tls": server.tls_url,
        "https": server.https_url,
    }[transport]


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls", "https"])
@pytest.mark.usefixtures("trusted")
def test_it_answers(server: Server, transport: str) -> None:
    async def scenario(bench: Bench) -> None:
        got = await bench.ask("www.lab.example", 7)
        assert (got.packet_id, got.rcode, got.answers) == (7, 0, 1)
        assert got.packet.count(ADDRESS) == 1
        assert (await bench.ask("missing.lab.example")).rcode == 3
        assert (await bench.ask("www.lab.example", qtype=TXT)).answers == 0

    run([url_of(server, transport)], scenario)


def test_an_answer_too_large_for_a_datagram_comes_over_tcp(server: Server) -> None:
    async def scenario(bench: Bench) -> None:
        await bench.ask("text.lab.example", qtype=TXT)  # truncated again for this UDP client
        (upstream,) = bench.forwarder.upstreams
        assert upstream.tally.errors == {"truncated": 1}
        packet = query_packet("text.lab.example", qtype=TXT)
        whole = bench.engine.on_stream_query(packet, CLIENT, clock())
        assert isinstance(whole, bytes)
        assert len(whole) > 3000

    run([server.url], scenario)


def test_a_refusal_is_a_failure_with_its_reason(server: Server) -> None:
    async def scenario(bench: Bench) -> None:
        got = await bench.ask("elsewhere.example")
        assert got.rcode == 2
        assert got.ede == (22, f"127.0.0.1#{server.port} REFUSED")

    run([server.url], scenario)


def test_another_upstream_answers_while_it_hangs(server: Server, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()

    async def scenario(bench: Bench) -> None:
        assert (await bench.ask("www.lab.example")).rcode == 0
        hung = bench.forwarder._routes.common.preferred
        stopped, working = (server, second) if hung.url == server.url else (second, server)
        stopped.pause()
        try:
            for number in range(3):
                got = await bench.ask(f"n{number}.lab.example")
                assert got.rcode == 3
                assert got.seconds < 1.5
            assert bench.forwarder._routes.common.preferred.url == working.url
            assert (await bench.ask("n9.lab.example")).seconds < 0.1
        finally:
            stopped.resume()

    with unbound(other) as second:
        run([server.url, second.url], scenario)


def test_hung_alone_it_is_a_failure_within_five_seconds_and_it_recovers(server: Server) -> None:
    async def scenario(bench: Bench) -> None:
        assert (await bench.ask("www.lab.example")).rcode == 0
        server.pause()
        try:
            got = await bench.ask("other.lab.example")
        finally:
            server.resume()
        assert got.rcode == 2
        assert got.seconds < 5
        assert got.ede == (22, f"127.0.0.1#{server.port} timeout")
        assert (await bench.ask("later.lab.example")).rcode == 3

    run([server.url], scenario)


def test_killed_it_is_a_network_error_at_once_and_it_recovers(server: Server) -> None:
    async def scenario(bench: Bench) -> None:
        assert (await bench.ask("www.lab.example")).rcode == 0
        server.kill()
        got = await bench.ask("other.lab.example")
        assert got.rcode == 2
        assert got.seconds < 1
        assert got.ede == (23, f"127.0.0.1#{server.port} connection refused")
        await asyncio.to_thread(server.start)
        assert (await bench.ask("later.lab.example")).rcode == 3

    run([server.url], scenario)


@pytest.mark.parametrize("transport", ["tcp", "tls", "https"])
@pytest.mark.usefixtures("trusted")
def test_a_server_that_was_restarted_is_asked_on_a_new_connection(
    server: Server, transport: str
) -> None:
    async def scenario(bench: Bench) -> None:
        assert (await bench.ask("www.lab.example")).rcode == 0
        server.kill()
        await asyncio.to_thread(server.start)
        got = await bench.ask("later.lab.example")
        assert got.rcode == 3
        assert not bench.forwarder.upstreams[0].tally.errors

    run([url_of(server, transport)], scenario)


@pytest.mark.parametrize("transport", ["tcp", "tls"])
@pytest.mark.usefixtures("trusted")
def test_a_connection_is_closed_before_the_server_closes_it(server: Server, transport: str) -> None:
    async def scenario(bench: Bench) -> None:
        assert (await bench.ask("www.lab.example")).rcode == 0
        (upstream,) = bench.forwarder.upstreams
        assert isinstance(upstream, StreamUpstream)
        first = upstream._stream._connection
        assert first is not None
        assert round(first.idle_seconds, 3) == 0.3  # the server says 1.3
        while not first.closed:  # noqa: ASYNC110 - nobody is told
            await asyncio.sleep(0.01)
        assert (await bench.ask("later.lab.example")).rcode == 3
        assert not upstream.tally.errors

    run([url_of(server, transport)], scenario)


@pytest.mark.usefixtures("trusted")
def test_over_tls_hundreds_of_questions_share_one_connection(server: Server) -> None:
    async def scenario(bench: Bench) -> None:
        got = await bench.ask_all([f"n{number}.lab.example" for number in range(900)])
        assert {one.rcode for one in got} == {3}
        (upstream,) = bench.forwarder.upstreams
        assert isinstance(upstream, StreamUpstream)
        assert upstream._stream._connection is not None
        assert upstream._stream._connection.answered == 900

    run([server.tls_url], scenario)


@pytest.mark.usefixtures("trusted")
def test_over_https_kdig_and_we_are_told_the_same(server: Server) -> None:
    """What the server is like, from a client that is not ours."""
    port = server.https_url.rpartition(":")[2].partition("/")[0]
    asked = ["kdig", "+https=127.0.0.1/dns-query", "-p", port, "@127.0.0.1", "www.lab.example"]
    authority = f"+tls-ca={certificates()}/ca.pem"
    told = subprocess.run([*asked, authority], capture_output=True, text=True, timeout=20)
    assert "HTTP/2" in told.stdout
    assert "192.0.2.80" in told.stdout

    async def scenario(bench: Bench) -> None:
        assert (await bench.ask("www.lab.example")).packet.count(ADDRESS) == 1
        got = await bench.ask_all([f"n{number}.lab.example" for number in range(100)])
        assert {one.rcode for one in got} == {3}
        (upstream,) = bench.forwarder.upstreams
        assert isinstance(upstream, HttpsUpstream)
        assert upstream._requests._connection is not None
        assert upstream._requests._connection.answered >= 101

    run([server.https_url], scenario)


@pytest.mark.usefixtures("trusted")
def test_over_https_an_answer_larger_than_a_datagram_comes_whole(server: Server) -> None:
    async def scenario(bench: Bench) -> None:
        await bench.ask("text.lab.example", qtype=TXT)
        packet = query_packet("text.lab.example", qtype=TXT)
        whole = bench.engine.on_stream_query(packet, CLIENT, clock())
        assert isinstance(whole, bytes)
        assert len(whole) > 3000
        assert not bench.forwarder.upstreams[0].tally.errors

    run([server.https_url], scenario)
