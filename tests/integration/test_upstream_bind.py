"""A real BIND as upstream, authoritative for a small zone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.asking import Bench, run
from tests.support.servers import Server, named

TXT = 16


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with named(tmp_path) as running:
        yield running


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_it_answers(server: Server, transport: str) -> None:
    async def scenario(bench: Bench) -> None:
        assert (await bench.ask("www.lab.example")).answers == 1
        assert (await bench.ask("alias.lab.example")).answers == 2
        assert (await bench.ask("missing.lab.example")).rcode == 3

    run([server.url if transport == "udp" else server.tcp_url], scenario)


def test_an_answer_too_large_for_a_datagram_comes_over_tcp(server: Server) -> None:
    async def scenario(bench: Bench) -> None:
        await bench.ask("text.lab.example", qtype=TXT)
        assert bench.forwarder.upstreams[0].tally.errors == {"truncated": 1}

    run([server.url], scenario)


def test_a_name_that_is_not_its_own_is_a_failure_with_its_reason(server: Server) -> None:
    async def scenario(bench: Bench) -> None:
        assert (await bench.ask("elsewhere.example")).ede == (
            *(22, f"127.0.0.1#{server.port} REFUSED"),
        )

    run([server.url], scenario)


def test_hundreds_at_once_are_all_answered_over_one_connection(server: Server) -> None:
    async def scenario(bench: Bench) -> None:
        names = [f"n{number}.lab.example" for number in range(300)]
        got = await bench.ask_all(names)
        assert {one.rcode for one in got} == {3}
        assert [one.packet_id for one in got] == list(range(1, 301))

    run([server.tcp_url], scenario)
