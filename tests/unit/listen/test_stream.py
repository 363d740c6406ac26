"""The TCP listener on real sockets: order, bounds and deadlines (RFC 7766)."""

import asyncio
import socket

import pytest

from blocker.listen import connections, room
from tests.support.listening import connection, framed, stream_listener, until
from tests.support.packets import lines, query, read

pytestmark = pytest.mark.quiet

BLOCKED = query("blocked.example", packet_id=7)


@pytest.fixture(autouse=True)
def _look_often_at_who_is_overdue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "SWEEP_SECONDS", 0.02)


def names(*replies: bytes) -> list[str]:
    return [str(read(reply).q.qname) for reply in replies]


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
@pytest.mark.parametrize("name", ["blocked.example", "now.example", "late20.example"])
def test_a_query_is_answered(host: str, name: str) -> None:
    async def run() -> None:
        async with stream_listener(host) as (server, _), connection(server) as client:
            for number in (1, 2):  # the connection stays
                client.send(query(name, packet_id=number))
                said = read(await client.receive())
                assert said.header.id == number
                assert lines(said.rr) in ([f"{name}. 0 A 192.0.2.1"], [f"{name}. 30 A 0.0.0.0"])

    asyncio.run(run())


def test_a_message_in_single_octets_is_one_message() -> None:
    async def run() -> None:
        async with stream_listener() as (server, _), connection(server) as client:
            for octet in framed(BLOCKED):
                client.writer.write(bytes((octet,)))
                await client.writer.drain()
                await asyncio.sleep(0)
            assert (await client.receive())[:2] == BLOCKED[:2]

    asyncio.run(run())


def test_a_slow_answer_does_not_hold_up_a_fast_one() -> None:
    # RFC 7766 sections 6.2.1.1 and 7: both in one segment, answered as they are ready.
    async def run() -> None:
        async with stream_listener() as (server, _), connection(server) as client:
            client.send(query("late80.example"), query("late20.example"), BLOCKED)
            replies = [await client.receive() for _ in range(3)]
            assert names(*replies) == ["blocked.example.", "late20.example.", "late80.example."]

    asyncio.run(run())


def test_nonsense_does_not_end_a_connection() -> None:
    async def run() -> None:
        async with stream_listener() as (server, _), connection(server) as client:
            client.send(b"", b"x", query(flags=0x8100), query()[:-1], BLOCKED)
            assert (await client.receive())[3] & 15 == 1
            assert (await client.receive())[:2] == BLOCKED[:2]

    asyncio.run(run())


def test_ten_thousand_queries_on_one_connection() -> None:
    # Answers come before ask() returns for every other: nothing may recurse.
    async def run() -> None:
        count = 10_000
        async with stream_listener() as (server, behind), connection(server) as client:
            packets = [
                query("now.example" if number % 2 else "blocked.example", packet_id=number)
                for number in range(count)
            ]
            client.send(*packets)
            ids = [int.from_bytes((await client.receive())[:2], "big") for _ in range(count)]
            assert sorted(ids) == list(range(count))
            assert len(behind.asked) == count // 2

    asyncio.run(run())


def test_a_client_that_says_no_more_is_answered_first() -> None:
    # RFC 7766 section 6.2.4: half a close.
    async def run() -> None:
        async with stream_listener() as (server, _), connection(server) as client:
            client.send(query("late50.example"), BLOCKED)
            client.writer.write_eof()
            assert names(await client.receive(), await client.receive()) == [
                "blocked.example.",
                "late50.example.",
            ]
            assert await client.is_closed()
            assert not server.connections

    asyncio.run(run())


def test_half_a_message_and_half_a_close_is_a_close() -> None:
    async def run() -> None:
        async with stream_listener() as (server, _), connection(server) as client:
            client.writer.write(framed(BLOCKED)[:-1])
            client.writer.write_eof()
            assert await client.is_closed()

    asyncio.run(run())


def test_a_client_that_goes_away_does_no_harm() -> None:
    async def run() -> None:
        async with stream_listener() as (server, behind):
            async with connection(server) as client:
                client.send(query("held.example"), query("never.example"))
                await until(lambda: len(behind.asked) == 2)
            await until(lambda: not server.connections)
            behind.release()
            async with connection(server) as client:
                client.send(BLOCKED)
                assert (await client.receive())[:2] == BLOCKED[:2]

    asyncio.run(run())


def test_what_a_client_that_left_had_queued_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "IN_FLIGHT", 2)

    async def run() -> None:
        async with stream_listener() as (server, behind):
            async with connection(server) as client:
                client.send(*(query("held.example", packet_id=n) for n in range(10)))
                await until(lambda: len(behind.asked) == 2)
            behind.release()  # it is full and so not read from; now it is noticed
            await until(lambda: not server.connections)
            assert len(behind.asked) == 2

    asyncio.run(run())


def test_questions_in_flight_have_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "IN_FLIGHT", 4)

    async def run() -> None:
        async with stream_listener() as (server, behind), connection(server) as client:
            client.send(*(query("held.example", packet_id=n) for n in range(10)))
            for asked in (4, 8, 10):
                await until(lambda asked=asked: len(behind.asked) >= asked)  # type: ignore[misc]
                await asyncio.sleep(0.01)
                assert len(behind.asked) == asked
                behind.release()
            assert len({(await client.receive())[:2] for _ in range(10)}) == 10

    asyncio.run(run())


def test_connections_of_a_client_have_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    # RFC 7766 section 6.2.2; those beyond it are closed, the others served.
    monkeypatch.setattr(room, "CONNECTIONS_A_CLIENT", 2)

    async def run() -> None:
        async with stream_listener() as (server, _), connection(server) as one:
            async with connection(server), connection(server) as three:
                assert await three.is_closed()
                one.send(BLOCKED)
                assert (await one.receive())[:2] == BLOCKED[:2]
                assert server.turned_away == 1
            await until(lambda: len(server.connections) == 1)
            async with connection(server) as again:
                again.send(BLOCKED)
                assert (await again.receive())[:2] == BLOCKED[:2]

    asyncio.run(run())


def test_connections_of_all_have_a_bound() -> None:
    async def run() -> None:
        async with stream_listener(room=1) as (server, _), connection(server) as one:
            one.send(BLOCKED)
            await one.receive()
            async with connection(server) as two:
                assert await two.is_closed()

    asyncio.run(run())


@pytest.mark.parametrize(
    "bound, sent",
    [
        ("MESSAGE_SECONDS", b"\xff\xff\x00"),
        ("MESSAGE_SECONDS", b"\x00"),
        ("IDLE_SECONDS", b""),
        ("IDLE_SECONDS", framed(BLOCKED)),
    ],
    ids=["half a message", "half a length", "nothing", "a query and no more"],
)
def test_deadlines(monkeypatch: pytest.MonkeyPatch, bound: str, sent: bytes) -> None:
    monkeypatch.setattr(connections, bound, 0.05)

    async def run() -> None:
        async with stream_listener() as (server, _), connection(server) as client:
            client.writer.write(sent)
            if len(sent) > 3:
                await client.receive()
            assert await client.is_closed()

    asyncio.run(run())


def test_an_octet_now_and_then_does_not_put_the_deadline_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # RFC 7766 section 6.2.3: 65,535 octets announced, and one at a time.
    monkeypatch.setattr(connections, "MESSAGE_SECONDS", 0.3)

    async def run() -> None:
        async with stream_listener() as (server, _), connection(server) as client:
            client.writer.write(b"\xff\xff")
            closed = asyncio.ensure_future(client.is_closed())
            for _ in range(40):
                client.writer.write(b"x")
                await asyncio.sleep(0.05)
                if closed.done():
                    break
            assert await closed

    asyncio.run(run())


def test_who_waits_for_an_answer_is_not_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "IDLE_SECONDS", 0.05)

    async def run() -> None:
        async with stream_listener() as (server, _), connection(server) as client:
            client.send(query("late200.example"))
            assert names(await client.receive()) == ["late200.example."]
            assert await client.is_closed()

    asyncio.run(run())


def test_a_client_that_does_not_read_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "UNREAD", 4_096)
    monkeypatch.setattr(connections, "READ_SECONDS", 0.2)

    async def run() -> None:
        loop = asyncio.get_running_loop()
        async with stream_listener() as (server, behind):
            with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as lazy:
                lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
                lazy.setblocking(False)
                await loop.sock_connect(lazy, server.socket.getsockname())
                flood = framed(BLOCKED) * 600_000  # more than all the kernel's buffers
                sending = asyncio.ensure_future(loop.sock_sendall(lazy, flood))
                async with connection(server) as other:  # who is served meanwhile
                    other.send(BLOCKED)
                    assert (await other.receive())[:2] == BLOCKED[:2]
                    with pytest.raises((ConnectionResetError, BrokenPipeError)):
                        async with asyncio.timeout(5):
                            await sending
            behind.engine.streams.fold()
            assert behind.engine.tally.queries["tcp", "blocked"] < 300_000

    asyncio.run(run())


def test_stop_takes_no_more_and_answers_what_was_asked() -> None:
    async def run() -> None:
        async with (
            stream_listener() as (server, behind),
            connection(server) as busy,
            connection(server) as idle,
        ):
            busy.send(query("late80.example"))
            idle.send(BLOCKED)
            await idle.receive()
            host, port = server.socket.getsockname()
            server.stop()
            assert await idle.is_closed()
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection(host, port)
            busy.send(query("late10.example"))  # too late
            assert names(await busy.receive()) == ["late80.example."]
            assert await busy.is_closed()
            assert len(behind.asked) == 1

    asyncio.run(run())
