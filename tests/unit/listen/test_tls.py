"""TLS under a connection: handshakes, records, and how it ends."""

import asyncio
import socket
import ssl

import pytest

from blocker.listen import connections, room, tls
from tests.support.encrypted import client, dot_listener, server, trusting
from tests.support.listening import Client, framed
from tests.support.packets import lines, query, read

BLOCKED = query("blocked.example", packet_id=7)


@pytest.fixture(autouse=True)
def _look_often_at_who_is_overdue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "SWEEP_SECONDS", 0.02)


def test_a_query_in_single_records_and_octets() -> None:
    async def run() -> None:
        async with dot_listener() as (listener, _), client(listener) as asking:
            for octet in framed(BLOCKED):
                asking.writer.write(bytes((octet,)))
                await asking.writer.drain()
            assert lines(read(await asking.receive()).rr) == ["blocked.example. 30 A 0.0.0.0"]

    asyncio.run(run())


def test_a_thousand_queries_at_once_are_answered() -> None:
    async def run() -> None:
        async with dot_listener() as (listener, _), client(listener) as asking:
            asking.send(*(query("blocked.example", packet_id=n) for n in range(1000)))
            ids = [read(await asking.receive()).header.id for _ in range(1000)]
            assert ids == list(range(1000))

    asyncio.run(run())


def test_old_versions_are_refused() -> None:
    context = server(["dot"])
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert context.options & ssl.OP_NO_RENEGOTIATION


def test_a_handshake_has_a_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tls, "HANDSHAKE_SECONDS", 0.05)

    async def run() -> None:
        async with dot_listener() as (listener, _):
            reader, writer = await asyncio.open_connection(*listener.socket.getsockname())
            writer.write(b"\x16\x03\x01\x02\x00\x01")  # the beginning of a hello, and no more
            assert await Client(reader, writer).is_closed()
            assert not listener.connections
            writer.close()

    asyncio.run(run())


@pytest.mark.parametrize(
    "garbage", [b"GET / HTTP/1.1\r\n\r\n", bytes(300), b"\x16\x03\x01\xff\xff"]
)
def test_what_is_no_tls_ends_the_connection(
    garbage: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tls, "HANDSHAKE_SECONDS", 0.5)

    async def run() -> None:
        async with dot_listener() as (listener, _):
            reader, writer = await asyncio.open_connection(*listener.socket.getsockname())
            writer.write(garbage)
            async with asyncio.timeout(3):
                try:
                    while await reader.read(100):
                        pass
                except ConnectionResetError:
                    pass
            writer.close()
            assert not listener.connections

    asyncio.run(run())


def test_a_broken_record_ends_the_connection() -> None:
    async def run() -> None:
        async with dot_listener() as (listener, _), client(listener) as asking:
            asking.send(BLOCKED)
            await asking.receive()
            raw = asking.writer.get_extra_info("socket")
            with socket.socket(fileno=socket.dup(raw.fileno())) as below:
                below.setblocking(True)
                below.send(b"\x17\x03\x03\x00\x20" + bytes(32))
            async with asyncio.timeout(2):
                with pytest.raises(
                    (ssl.SSLError, ConnectionResetError, asyncio.IncompleteReadError)
                ):
                    await asking.reader.readexactly(1)
            assert not listener.connections

    asyncio.run(run())


def test_who_ends_the_session_still_gets_what_was_asked() -> None:
    # RFC 7766 section 6.2.4 by way of close_notify; ssl's own streams cannot end one side alone.
    async def run() -> None:
        async with dot_listener() as (listener, _):
            answer = await asyncio.to_thread(_ask_and_end, listener.socket.getsockname())
            assert lines(read(answer).rr) == ["late50.example. 0 A 192.0.2.1"]

    asyncio.run(run())


def _ask_and_end(address: tuple[str, int]) -> bytes:
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    session = trusting().wrap_bio(incoming, outgoing, server_hostname="dns.home.example")
    with socket.create_connection(address, 3) as sock:
        while True:
            try:
                session.do_handshake()
                break
            except ssl.SSLWantReadError:
                sock.sendall(outgoing.read())
                incoming.write(sock.recv(65_536))
        session.write(framed(query("late50.example")))
        with pytest.raises(ssl.SSLWantReadError):
            session.unwrap()
        sock.sendall(outgoing.read())
        sock.shutdown(socket.SHUT_WR)
        received = b""
        while octets := sock.recv(65_536):
            received += octets
    incoming.write(received)
    plain = session.read(65_536)
    return plain[2:]


def test_connections_have_the_bounds_of_all_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "CONNECTIONS_A_CLIENT", 1)

    async def run() -> None:
        async with dot_listener() as (listener, _), client(listener) as first:
            with pytest.raises((ssl.SSLError, OSError)):
                async with client(listener):
                    pass
            assert listener.turned_away == 1
            first.send(BLOCKED)
            assert await first.receive()

    asyncio.run(run())
