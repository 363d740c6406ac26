"""The UDP listener on real sockets: every packet answered from where it was asked."""

import asyncio
import socket
from typing import Any

import pytest

from blocker.listen.udp import DATAGRAMS_A_WAKE_UP, UdpListener, WildcardUdpListener, listener
from tests.support.listening import Late, clock, datagrams, engine, exchange, fail_at, udp_listener
from tests.support.packets import NOERROR, SERVFAIL, lines, query, read

BLOCKED = query("blocked.example")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "0.0.0.0", "::"])
@pytest.mark.parametrize("name", ["blocked.example", "now.example", "late20.example"])
def test_a_query_is_answered(host: str, name: str) -> None:
    async def run() -> None:
        there = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
        async with udp_listener(host) as (server, _), datagrams(there) as client:
            address = (there, server.socket.getsockname()[1])
            reply, source = await exchange(client, query(name, packet_id=0x0102), address)
            said = read(reply)
            assert (said.header.id, source[:2]) == (0x0102, address)
            assert lines(said.rr) in ([f"{name}. 0 A 192.0.2.1"], [f"{name}. 30 A 0.0.0.0"])

    asyncio.run(run())


@pytest.mark.parametrize("name", ["blocked.example", "now.example", "late20.example"])
@pytest.mark.parametrize("asked", ["127.0.0.1", "127.0.0.2", "127.1.2.3"])
def test_a_wildcard_answers_from_the_address_that_was_asked(asked: str, name: str) -> None:
    # RFC 2181 section 4.1.
    async def run() -> None:
        async with udp_listener("0.0.0.0") as (server, _), datagrams() as client:
            assert isinstance(server, WildcardUdpListener)
            address = (asked, server.socket.getsockname()[1])
            _, source = await exchange(client, query(name), address)
            assert source == address

    asyncio.run(run())


def test_a_burst_is_answered_whole() -> None:
    async def run() -> None:
        async with udp_listener() as (server, behind), datagrams() as client:
            address = server.socket.getsockname()
            loop = asyncio.get_running_loop()
            count = 3 * DATAGRAMS_A_WAKE_UP + 7
            for number in range(count):
                client.sendto(query("blocked.example", packet_id=number), address)
            ids: set[int] = set()
            async with asyncio.timeout(2):
                while len(ids) < count:
                    ids.add(int.from_bytes((await loop.sock_recvfrom(client, 512))[0][:2], "big"))
            behind.engine.datagrams.fold()
            assert behind.engine.tally.queries == {("udp", "blocked"): count}
            assert sum(behind.engine.tally.seconds) == count

    asyncio.run(run())


def test_a_query_that_we_fail_at_costs_no_other_its_reply(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def run() -> None:
        async with udp_listener() as (server, behind), datagrams() as client:
            fail_at(b"broken", behind.engine, monkeypatch)
            loop, address = asyncio.get_running_loop(), server.socket.getsockname()
            for number, name in enumerate(("blocked", "broken", "blocked")):
                client.sendto(query(f"{name}.example", packet_id=number), address)
            async with asyncio.timeout(2):
                got = [(await loop.sock_recvfrom(client, 512))[0] for _ in range(3)]
            assert {each[1]: (each[3] & 15, len(each) > 12) for each in got} == {
                0: (NOERROR, True), 1: (SERVFAIL, False), 2: (NOERROR, True),
            }  # fmt: skip
            assert "ZeroDivisionError" in caplog.text

    asyncio.run(run())


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_nonsense_is_not_answered_and_does_no_harm(host: str) -> None:
    async def run() -> None:
        async with udp_listener(host) as (server, _), datagrams() as client:
            address = ("127.0.0.1", server.socket.getsockname()[1])
            for packet in (b"", b"x", bytes(11), query(flags=0x8100), bytes(60_000)[:9_000]):
                client.sendto(packet, address)
            reply, _ = await exchange(client, query("blocked.example", packet_id=9), address)
            # The zeros of the last are a header: no question, FORMERR.
            assert reply[:2] == bytes(2)
            loop = asyncio.get_running_loop()
            async with asyncio.timeout(2):
                assert (await loop.sock_recvfrom(client, 512))[0][:2] == b"\x00\x09"

    asyncio.run(run())


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_a_client_that_went_away_does_no_harm(host: str) -> None:
    async def run() -> None:
        async with udp_listener(host) as (server, _), datagrams() as client:
            address = ("127.0.0.1", server.socket.getsockname()[1])
            async with datagrams() as gone:
                for name in ("blocked.example", "late20.example"):
                    gone.sendto(query(name), address)
            await asyncio.sleep(0.05)
            assert (await exchange(client, BLOCKED, address))[0][:2] == BLOCKED[:2]

    asyncio.run(run())


def test_after_stop_nothing_is_taken_and_answers_still_go_out() -> None:
    async def run() -> None:
        async with udp_listener() as (server, behind), datagrams() as client:
            address = server.socket.getsockname()
            client.sendto(query("late50.example"), address)
            await asyncio.sleep(0.01)
            server.stop()
            client.sendto(BLOCKED, address)
            loop = asyncio.get_running_loop()
            async with asyncio.timeout(2):
                reply = (await loop.sock_recvfrom(client, 512))[0]
            assert str(read(reply).q.qname) == "late50.example."
            assert len(behind.asked) == 1
            server.start()  # what waited in the socket is answered now
            async with asyncio.timeout(2):
                assert (await loop.sock_recvfrom(client, 512))[0][:2] == BLOCKED[:2]

    asyncio.run(run())


@pytest.mark.parametrize("address", [("192.0.2.1", 0), ("127.0.0.1", 0)])
def test_a_reply_that_the_kernel_refuses_is_lost_quietly(address: Any) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        with pytest.raises(OSError, match=r"Invalid argument|unreachable"):
            sock.sendto(b"x", address)
        behind = Late(engine())
        UdpListener(sock, behind.engine, behind, clock).send(b"x", address)
        WildcardUdpListener(sock, behind.engine, behind, clock).send(b"x", (address, []))


def test_only_a_wildcard_pays_for_looking_at_addresses() -> None:
    for host, kind in (("127.0.0.1", UdpListener), ("0.0.0.0", WildcardUdpListener)):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind((host, 0))
            behind = Late(engine())
            assert type(listener(sock, behind.engine, behind, clock)) is kind


def test_what_the_kernel_drops_is_known() -> None:
    async def run() -> None:
        async with udp_listener() as (server, _), datagrams() as client:
            server.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
            assert server.lost == 0
            for _ in range(100):  # nobody reads meanwhile
                client.sendto(BLOCKED, server.socket.getsockname())
            assert 50 < server.lost < 100

    asyncio.run(run())
