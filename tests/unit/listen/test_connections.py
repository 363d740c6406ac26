"""What all connections have in common; how the bounds are felt stands in test_stream.py."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from blocker import sockets
from blocker.listen import connections
from blocker.listen.connections import is_client_id
from blocker.listen.stream import StreamListener
from tests.support.flooding import cost_of
from tests.support.listening import Client, connection, fail_at, framed, stream_listener
from tests.support.packets import NOERROR, SERVFAIL, query, read

BLOCKED = query("blocked.example", packet_id=7)
FLOODS = {"tcp": 7_500, "dot": 7_500, "http/1.1": 16_000, "h2": 2_500}  # questions at once
MEGABYTE = 1 << 20


@pytest.mark.parametrize(
    "text, good",
    [
        ("anna-phone", True),
        ("a", True),
        ("7", True),
        ("a" * 63, True),
        ("a" * 64, False),
        ("", False),
        ("-a", False),
        ("a-", False),
        ("a_b", False),
        ("a.b", False),
        ("A", False),
        ("a\n", False),
        ("\u0430", False),
    ],
)
def test_ids(text: str, good: bool) -> None:
    assert is_client_id(text) is good


def test_an_id_is_a_label_before_the_name_of_the_certificate() -> None:
    async def run() -> None:
        async with stream_listener() as (listener, _):
            assert listener.id_in("anna-phone.dns.home.example") == ""  # it has no name
            listener.name = "dns.home.example"
            assert listener.id_in("anna-phone.dns.home.example") == "anna-phone"
            assert listener.id_in("Anna-Phone.DNS.home.example.") == "anna-phone"
            for none in (
                "",
                "dns.home.example",
                "a.b.dns.home.example",
                "a_b.dns.home.example",
                "anna.other.example",
            ):
                assert listener.id_in(none) == ""

    asyncio.run(run())


def test_a_query_that_we_fail_at_costs_no_other_its_reply(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def run() -> None:
        async with stream_listener() as (listener, behind):
            fail_at(b"broken", behind.engine, monkeypatch)
            reader, writer = await asyncio.open_connection(*listener.socket.getsockname()[:2])
            for number, name in enumerate(("blocked", "broken", "blocked")):
                packet = query(f"{name}.example", packet_id=number)
                writer.write(len(packet).to_bytes(2, "big") + packet)
            rcodes = {}
            async with asyncio.timeout(2):
                for _ in range(3):
                    size = int.from_bytes(await reader.readexactly(2), "big")
                    reply = await reader.readexactly(size)
                    rcodes[reply[1]] = reply[3] & 15
            writer.close()
            assert rcodes == {0: NOERROR, 1: SERVFAIL, 2: NOERROR}
            assert "ZeroDivisionError" in caplog.text

    asyncio.run(run())


@pytest.mark.alone
@pytest.mark.parametrize("transport", FLOODS)
def test_replies_that_nobody_reads_take_little_room(transport: str) -> None:
    # 150 MB to 1 GB of them; in HTTP/1.1 they wait for an earlier one that never comes.
    cost = asyncio.run(cost_of(transport, 1, FLOODS[transport], 1.5))
    assert cost.octets < 20 * MEGABYTE
    assert cost.seconds < 0.1


@pytest.mark.alone
@pytest.mark.parametrize("transport", FLOODS)
def test_others_are_answered_in_time_while_eight_flood(transport: str) -> None:
    cost = asyncio.run(cost_of(transport, 8, 1_000, 1.5))
    assert cost.octets < 20 * MEGABYTE
    assert cost.seconds < 0.1


@pytest.mark.quiet
def test_connections_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "QUESTIONS_A_TURN", 2)

    async def run() -> None:
        async with stream_listener() as (server, behind), connection(server) as one:
            one.send(*[BLOCKED] * 500)
            async with connection(server) as two:
                two.send(BLOCKED)
                assert (await two.receive())[:2] == BLOCKED[:2]
                assert len(behind.engine.streams.entries) < 400  # and the rest comes after it
                for _ in range(500):
                    assert (await one.receive())[:2] == BLOCKED[:2]

    asyncio.run(run())


def test_each_reply_is_counted_once_by_its_time() -> None:
    async def run() -> None:
        async with stream_listener() as (listener, behind):
            reader, writer = await asyncio.open_connection(*listener.socket.getsockname()[:2])
            for name in ("blocked", "now", "now", "late20"):
                packet = query(f"{name}.example")
                writer.write(len(packet).to_bytes(2, "big") + packet)
                async with asyncio.timeout(2):
                    await reader.readexactly(int.from_bytes(await reader.readexactly(2), "big"))
            writer.close()
            behind.engine.streams.fold()
            assert sum(behind.engine.tally.seconds) == 4
            assert behind.engine.tally.seconds_sum >= 0.02

    asyncio.run(run())


@pytest.mark.quiet
def test_who_asks_no_more_has_its_turns_before_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "QUESTIONS_A_TURN", 2)

    async def run() -> None:
        async with stream_listener() as (server, _), connection(server) as client:
            client.send(*[BLOCKED] * 9)
            client.writer.write_eof()
            for _ in range(9):
                assert (await client.receive())[:2] == BLOCKED[:2]
            assert await client.is_closed()

    asyncio.run(run())


@pytest.mark.quiet
def test_answers_that_come_when_nobody_reads_have_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    # They were asked for before: a question of 35 octets may have an answer of 64 KiB.
    monkeypatch.setattr(connections, "IN_FLIGHT", 100_000)
    monkeypatch.setattr(connections, "UNREAD", 4_096)
    monkeypatch.setattr(connections, "UNTAKEN", 16_384)

    async def run() -> None:
        async with stream_listener() as (server, _), lazy(server) as ask:
            await ask(query("late200.example"), 2_000)
            await asyncio.sleep(0.1)
            assert len(server.connections) == 1
            async with asyncio.timeout(3):
                while server.connections:  # noqa: ASYNC110 - nobody tells of the end
                    await asyncio.sleep(0.01)

    asyncio.run(run())


@pytest.mark.quiet
def test_clients_that_do_not_read_have_a_bound_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "UNREAD", 4_096)
    monkeypatch.setattr(connections, "STALLED", 2)

    async def run() -> None:
        async with stream_listener() as (server, _), AsyncExitStack() as stack:
            came = []
            for _ in range(5):
                ask = await stack.enter_async_context(lazy(server))
                await ask(BLOCKED, 2_000)
                await asyncio.sleep(0.1)
                came += [*server.connections][-1:]
            assert [*server.stalled] == [*server.connections] == came[3:]

    asyncio.run(run())


@asynccontextmanager
async def lazy(server: StreamListener) -> AsyncIterator[Callable[[bytes, int], Awaitable[None]]]:
    """A client that asks and does not read; all that is between the two has little room."""
    loop = asyncio.get_running_loop()
    server.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        sock.setblocking(False)
        await loop.sock_connect(sock, server.socket.getsockname())

        async def ask(packet: bytes, times: int) -> None:
            await loop.sock_sendall(sock, framed(packet) * times)

        yield ask


@pytest.mark.quiet
def test_who_waits_for_an_answer_gives_way_last() -> None:
    async def run() -> None:
        async with stream_listener(room=2) as (server, _):
            host, port = server.socket.getsockname()
            streams = [
                await asyncio.open_connection(host, port, local_addr=("127.0.0.2", 0))
                for _ in range(2)
            ]
            waiting, idle = (Client(*each) for each in streams)
            waiting.send(query("late200.example"))
            await asyncio.sleep(0.05)
            idle.send(BLOCKED)
            await idle.receive()
            async with connection(server) as newcomer:
                newcomer.send(BLOCKED)
                assert (await newcomer.receive())[:2] == BLOCKED[:2]
                assert await idle.is_closed()
                assert read(await waiting.receive()).rr[0].ttl == 0
            for each in (waiting, idle):
                each.writer.transport.abort()
            await asyncio.sleep(0)

    asyncio.run(run())


def test_as_many_wait_to_be_accepted_as_before_the_start() -> None:
    somaxconn = int(Path("/proc/sys/net/core/somaxconn").read_text(encoding="ascii"))

    async def run() -> None:
        async with stream_listener() as (server, _):
            told = server.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 32)
            most = int.from_bytes(told[28:], sys.byteorder)  # tcpi_sacked, of one that listens
            assert most == min(sockets.BACKLOG, somaxconn)

    asyncio.run(run())
