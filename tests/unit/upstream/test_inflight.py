"""The account of who waits."""

from typing import Any

import pytest

from blocker.core.wire import parse_query
from blocker.upstream.base import Attempt, Exchange
from blocker.upstream.inflight import STRAY_SECONDS, InFlight, is_open, send
from blocker.upstream.url import upstream_from_url
from tests.support.asking import clock, query_packet


class Asker:
    """Stands for a Forward: a client is all the account looks at."""

    def __init__(self, client: str) -> None:
        self.client = client


def exchange_of(account: InFlight, name: str, *clients: str) -> Exchange:
    waiters: list[Any] = [(Asker(client), None, None) for client in clients]
    exchange = Exchange(parse_query(query_packet(name)), waiters[0], 0.0, None)  # type: ignore[arg-type]
    exchange.waiters = waiters
    for client in clients:
        account._held[client] = account._held.get(client, 0) + 1
    account.in_flight += len(clients)
    account._exchanges[exchange.query.keyed()] = exchange
    return exchange


def test_every_waiter_is_given_back() -> None:
    account = InFlight()
    first = exchange_of(account, "a.example", "192.0.2.1", "192.0.2.1", "192.0.2.2")
    second = exchange_of(account, "b.example", "192.0.2.1")
    account._end(first)
    assert first.done
    assert account.in_flight == 1
    assert account._held == {"192.0.2.1": 1}
    account._end(second)
    assert account.in_flight == 0
    assert not account._held
    assert not account._exchanges


def test_strays_are_forgotten_when_answered_or_old() -> None:
    account = InFlight()
    exchange = exchange_of(account, "a.example", "192.0.2.1")
    upstream = upstream_from_url("udp://192.0.2.53", clock)
    pending: dict[bytes, Attempt] = {}
    for packet_id, sent in ((b"01", 10.0), (b"02", 12.0), (b"03", 12.0)):
        stray = Attempt(exchange, upstream, pending, packet_id, b"", sent, True)
        pending[packet_id] = stray
        account._strays.append(stray)
    pending[b"03"].withdraw()
    account._forget_strays(10.0 + STRAY_SECONDS)
    assert [stray.packet_id for stray in account._strays] == [b"02"]
    assert set(pending) == {b"02"}
    assert is_open(account._strays[0])


def test_a_client_that_cannot_be_sent_to_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        def send(self, packet: bytes, address: object) -> None:
            raise OSError

        def withhold(self, address: Any) -> None:
            raise RuntimeError

    send(Broken(), b"reply", None)
    assert "could not be passed on" in caplog.text
