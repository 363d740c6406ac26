"""RFC 8484 as a client: what our requests are, and what the HTTP around an answer says."""

from collections.abc import Iterator

import pytest

from blocker.upstream import tls
from blocker.upstream.url import upstream_of
from tests.support.asking import Bench, clock, run
from tests.support.certificates import certificates
from tests.support.dohserver import DohServer
from tests.support.steps import ADDRESS


@pytest.fixture(autouse=True)
def trusted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates() / "ca.pem"))
    tls.client_context.cache_clear()
    yield
    tls.client_context.cache_clear()


def test_a_question_is_a_request_that_caches_and_eavesdroppers_learn_little_of() -> None:
    with DohServer() as server:

        async def scenario(bench: Bench) -> None:
            got = await bench.ask("a.example", 77)
            assert (got.packet_id, got.rcode, got.answers) == (77, 0, 1)
            assert got.packet.count(ADDRESS) == 1

        run([upstream_of(server.given(), clock)], scenario)
        (posted,) = server.log
        assert posted.packet[:2] == b"\x00\x00"
        assert len(posted.packet) == 128
        assert posted.headers == {
            ":method": "POST",
            ":scheme": "https",
            ":authority": f"lists.example:{server.port}",
            ":path": "/dns-query",
            "accept": "application/dns-message",
            "content-type": "application/dns-message",
        }


def test_time_in_a_cache_on_the_way_is_time_gone() -> None:
    with DohServer() as server:
        server.on("a.example", "age:40")

        async def scenario(bench: Bench) -> None:
            got = await bench.ask("a.example")
            at = got.packet.index(ADDRESS) - 6
            assert int.from_bytes(got.packet[at : at + 4], "big") in (19, 20)

        run([upstream_of(server.given(), clock)], scenario)
