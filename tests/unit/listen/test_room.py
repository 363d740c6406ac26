"""Who gives way to whom; that it is so on real sockets stands at the end."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager

import pytest

from blocker.listen import room
from blocker.listen.connections import Listener
from blocker.listen.room import Room, origin
from tests.support import encrypted
from tests.support.encrypted import dot_listener
from tests.support.listening import Client, connection, stream_listener
from tests.support.packets import query

BLOCKED = query("blocked.example", packet_id=7)


class Connection:
    """Unused since `since`."""

    def __init__(self, since: float = 0.0, *, waits: bool = False) -> None:
        self.claim = waits, since
        self.gave_way = False

    def finish(self) -> None: ...

    def close_if_overdue(self, now: float) -> None: ...

    def give_way(self) -> None:
        self.gave_way = True


class House:
    """A room, and who came into it."""

    def __init__(self, size: int) -> None:
        self.room = Room(size)
        self.came: list[Connection] = []

    def enters(
        self, address: str, since: float = 0.0, *, waits: bool = False, stranger: bool = False
    ) -> bool:
        self.came.append(Connection(since, waits=waits))
        return self.room.enter(self.came[-1], origin(address, stranger=stranger))

    @property
    def gone(self) -> list[int]:
        """Which of those that came had to give way, in the order they came."""
        return [number for number, each in enumerate(self.came) if each.gave_way]


@pytest.mark.parametrize(
    "address, stranger, client, network",
    [
        ("192.168.1.7", False, "192.168.1.7", "192.168.1.0/24"),
        ("203.0.113.7", True, "203.0.113.7", "203.0.113.0/24"),
        ("2001:db8:1:2::7", False, "2001:db8:1:2::7", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::7", True, "2001:db8:1:2::/64", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", False, "fe80::1%eth0", "fe80::/64"),
    ],
)
def test_whose_a_connection_is(address: str, stranger: bool, client: str, network: str) -> None:
    assert origin(address, stranger=stranger) == (client, (stranger, network))


def test_a_client_has_a_bound_and_a_strange_ipv6_network_is_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(room, "CONNECTIONS_A_CLIENT", 2)
    house = House(100)
    assert [house.enters("192.168.1.7") for _ in range(3)] == [True, True, False]
    for stranger, third in ((False, True), (True, False)):
        there = [house.enters(f"2001:db8::{n}", stranger=stranger) for n in range(3)]
        assert there == [True, True, third]
    house.room.leave(house.came[0])
    assert house.enters("192.168.1.7")
    assert house.gone == []


def test_the_network_with_the_most_gives_way_by_what_was_used_least_of_late() -> None:
    house = House(5)
    for address, since in (("10.0.1.1", 1), ("10.0.2.1", 7), ("10.0.2.2", 3), ("10.0.2.3", 5)):
        assert house.enters(address, since)
    assert house.enters("10.0.2.4", 2, waits=True)
    assert house.enters("10.0.3.1", 9)
    assert house.gone == [2]
    assert house.enters("10.0.3.2", 9)
    assert house.gone == [2, 3]
    assert len(house.room.held) == 5
    assert house.room.given_up == 2


def test_networks_with_as_many_are_alike() -> None:
    house = House(4)
    for address, since in (("10.0.1.1", 4), ("10.0.1.2", 3), ("10.0.2.1", 2), ("10.0.2.2", 5)):
        house.enters(address, since)
    assert house.enters("10.0.3.1", 9)
    assert house.gone == [2]


def test_in_one_network_it_is_between_clients() -> None:
    house = House(4)
    for since, address in enumerate(("10.0.1.1", "10.0.1.2", "10.0.1.2", "10.0.1.2")):
        house.enters(address, since)
    assert not house.enters("10.0.1.2", 9)  # whoever has the most
    assert house.gone == []
    assert house.enters("10.0.1.1", 9)
    assert house.gone == [1]
    assert not house.enters("10.0.1.1", 9)  # two each
    assert house.enters("10.0.1.3", 9)
    assert house.gone == [0, 1]


def test_strangers_give_way_first_and_to_each_other() -> None:
    house = House(3)
    assert house.enters("203.0.113.7", 5, stranger=True)
    assert house.enters("10.0.1.1", 0)
    assert house.enters("10.0.1.2", 0)
    assert not house.enters("203.0.113.7", 9, stranger=True)
    assert house.enters("10.0.1.3", 9)
    assert house.gone == [0]
    assert not house.enters("203.0.113.7", 9, stranger=True)  # all the others are at home
    assert house.gone == [0]


def test_who_left_holds_nothing() -> None:
    house = House(1)
    assert house.enters("10.0.1.1")
    house.room.leave(house.came[0])
    house.room.leave(house.came[0])
    assert not house.room.held
    assert house.enters("10.0.2.1")
    assert house.gone == []


@pytest.mark.quiet
def test_connections_that_are_held_shut_nobody_out() -> None:
    async def run() -> None:
        async with stream_listener(room=64) as (listener, _), held(listener):
            async with connection(listener) as client:
                await is_served(client)
            assert listener.turned_away == 1

    asyncio.run(run())


@pytest.mark.quiet
def test_handshakes_that_never_begin_shut_nobody_out() -> None:
    async def run() -> None:
        async with dot_listener(room=64) as (listener, _), held(listener):
            async with encrypted.client(listener) as client:
                await is_served(client)
            assert listener.turned_away == 1

    asyncio.run(run())


@asynccontextmanager
async def held(listener: Listener) -> AsyncIterator[None]:
    """All the room there is, by two addresses that say nothing."""
    loop = asyncio.get_running_loop()
    with ExitStack() as stack:
        for number in range(64):
            sock = stack.enter_context(socket.socket())
            sock.setblocking(False)
            sock.bind((f"127.0.0.{2 + number % 2}", 0))
            await loop.sock_connect(sock, listener.socket.getsockname())
        while len(listener.connections) < 64:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.001)
        yield


async def is_served(client: Client) -> None:
    client.send(BLOCKED)
    assert (await client.receive())[:2] == BLOCKED[:2]
