"""HTTP/1.1 on a real connection: order, bodies, bounds, and what ends it."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from blocker.listen import connections
from tests.support.encrypted import client, https_listener
from tests.support.http1 import get, post, response
from tests.support.listening import Client, Late
from tests.support.packets import lines, opt, option, query, read

BLOCKED = query("blocked.example", packet_id=7)


@pytest.fixture(autouse=True)
def _look_often_at_who_is_overdue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "SWEEP_SECONDS", 0.02)


def play(scenario: Callable[[Client, Late], Awaitable[None]]) -> None:
    async def run() -> None:
        async with (
            https_listener() as (listener, behind),
            client(listener, ["http/1.1"]) as asking,
        ):
            await scenario(asking, behind)

    asyncio.run(run())


def test_get_and_post_on_one_connection() -> None:
    async def scenario(asking: Client, behind: Late) -> None:
        for name in ("blocked.example", "now.example", "late20.example"):
            for request in (get(query(name, packet_id=9)), post(query(name, packet_id=9))):
                asking.writer.write(request)
                got = await response(asking)
                assert (got.status, got.headers["content-type"]) == (200, "application/dns-message")
                assert read(got.body).header.id == 9
                assert lines(read(got.body).rr)[0].startswith(f"{name}. ")

    play(scenario)


def test_head_is_answered_as_get_without_content() -> None:
    """Else what follows would be taken for the next response (RFC 9110 section 9.3.2)."""

    async def scenario(asking: Client, behind: Late) -> None:
        there = [get(query(name)) for name in ("blocked.example", "late20.example")]
        for request in (*there, get(BLOCKED, path="/elsewhere"), get(b"short")):
            asking.writer.write(request)
            told = await response(asking)
            asking.writer.write(request.replace(b"GET", b"HEAD", 1))
            async with asyncio.timeout(5):
                head = await asking.reader.readuntil(b"\r\n\r\n")
            assert head.startswith(f"HTTP/1.1 {told.status} ".encode())
            assert f"\r\nContent-Length: {len(told.body)}\r\n".encode() in head
        asking.writer.write(get(BLOCKED))
        assert read((await response(asking)).body).header.id == 7

    play(scenario)


@pytest.mark.parametrize("path", ["/dns-query", "/elsewhere"])
def test_head_with_a_body_ends_the_connection_without_content(path: str) -> None:
    async def scenario(asking: Client, behind: Late) -> None:
        asking.writer.write(get(BLOCKED, path, "Content-Length: 9\r\n").replace(b"GET", b"HEAD", 1))
        async with asyncio.timeout(5):
            assert (await asking.reader.read()).endswith(b"\r\nConnection: close\r\n\r\n")

    play(scenario)


def test_a_target_may_name_the_server() -> None:
    async def scenario(asking: Client, behind: Late) -> None:
        for request in (get, post):
            path = "https://dns.home.example/dns-query/anna-phone"
            asking.writer.write(request(BLOCKED, path))
            got = await response(asking)
            assert (got.status, read(got.body).header.id) == (200, 7)
        asking.writer.write(get(BLOCKED, "https://dns.home.example/elsewhere"))
        assert (await response(asking)).status == 404

    play(scenario)


def test_what_is_asked_together_is_answered_in_its_order() -> None:
    async def scenario(asking: Client, behind: Late) -> None:
        names = ["late80.example", "blocked.example", "late20.example", "now.example"]
        asking.writer.write(b"".join(map(post, map(query, names))))
        said = [str(read((await response(asking)).body).q.qname) for _ in names]
        assert said == [f"{name}." for name in names]
        assert len(behind.asked) == 3  # all at once

    play(scenario)


def test_a_request_in_single_octets_and_a_chunked_body() -> None:
    async def scenario(asking: Client, behind: Late) -> None:
        chunked = (
            b"POST /dns-query HTTP/1.1\r\nHost: x\r\nContent-Type: application/dns-message\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n5\r\n"
            + BLOCKED[:5]
            + b"\r\n"
            + f"{len(BLOCKED) - 5:x}".encode()
            + b"\r\n"
            + BLOCKED[5:]
            + b"\r\n0\r\n\r\n"
        )
        for octet in get(BLOCKED) + chunked:
            asking.writer.write(bytes((octet,)))
            await asking.writer.drain()
        for _ in range(2):
            assert read((await response(asking)).body).header.id == 7

    play(scenario)


def test_padding_is_answered_by_padding() -> None:
    async def scenario(asking: Client, behind: Late) -> None:
        for name in ("blocked.example", "late20.example"):
            asking.writer.write(post(query(name, edns=opt(options=option(12, bytes(20))))))
            assert len((await response(asking)).body) % 468 == 0

    play(scenario)


def test_who_waits_to_be_told_is_told_to_go_on() -> None:
    async def scenario(asking: Client, behind: Late) -> None:
        whole = post(BLOCKED, more="Expect: 100-continue\r\n")
        asking.writer.write(whole[: -len(BLOCKED)])
        assert (await response(asking)).status == 100
        asking.writer.write(BLOCKED)
        assert (await response(asking)).status == 200

    play(scenario)


HEAD = b"POST /dns-query HTTP/1.1\r\nHost: x\r\nContent-Type: application/dns-message\r\n"


@pytest.mark.parametrize(
    "octets, status",
    [
        (b"hello\r\n\r\n", 400),
        (b"GET /dns-query HTTP/1.1\r\nHost: x\r\nHost y\r\n\r\n", 400),
        (b"GET /dns-query HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 20_000 + b"\r\n\r\n", 431),
        (b"GET /dns-query?dns=" + b"A" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 70 + b"\r\n", 400),
        (HEAD + b"Content-Length: 65536\r\n\r\n", 413),
        (
            HEAD
            + b"Transfer-Encoding: chunked\r\n\r\n"
            + b"ffff\r\n"
            + bytes(65_535)
            + b"\r\n1\r\nx",
            413,
        ),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (HEAD + b"Content-Length: 12\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (HEAD + b"Content-Length: 12\r\nContent-Encoding: gzip\r\n\r\n" + bytes(12), 415),
        (b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n", 404),
        (b"PUT /dns-query HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n", 405),
        (b"CONNECT a.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n", 404),
    ],
)
def test_what_ends_the_connection(octets: bytes, status: int) -> None:
    async def scenario(asking: Client, behind: Late) -> None:
        asking.writer.write(octets)
        got = await response(asking)
        assert (got.status, got.headers["connection"]) == (status, "close")
        assert await asking.is_closed()

    play(scenario)


def test_a_refusal_of_a_whole_request_does_not_end_it() -> None:
    async def scenario(asking: Client, behind: Late) -> None:
        wrong = [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", get(bytes(5)), get(bytes(7_000))]
        asking.writer.write(b"".join([*wrong, get(BLOCKED)]))
        assert [(await response(asking)).status for _ in range(4)] == [404, 400, 414, 200]

    play(scenario)


@pytest.mark.parametrize("more", ["Connection: close\r\n", "Connection: keep-alive\r\n"])
def test_the_client_says_whether_it_stays(more: str) -> None:
    async def scenario(asking: Client, behind: Late) -> None:
        asking.writer.write(get(BLOCKED, more=more))
        assert (await response(asking)).status == 200
        if "close" in more:
            assert await asking.is_closed()
        else:
            asking.writer.write(get(BLOCKED))
            assert (await response(asking)).status == 200

    play(scenario)


def test_a_message_that_is_a_response_is_refused() -> None:
    async def scenario(asking: Client, behind: Late) -> None:
        asking.writer.write(post(BLOCKED[:2] + b"\x80" + BLOCKED[3:]))
        assert (await response(asking)).status == 400

    play(scenario)


def test_a_slow_body_has_a_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MESSAGE_SECONDS", 0.1)

    async def scenario(asking: Client, behind: Late) -> None:
        asking.writer.write(post(BLOCKED)[:-5])
        assert await asking.is_closed()

    play(scenario)


def test_questions_in_flight_have_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "IN_FLIGHT", 3)

    async def scenario(asking: Client, behind: Late) -> None:
        asking.writer.write(get(query("never.example")) * 9)
        async with asyncio.timeout(5):
            while len(behind.asked) < 3:  # noqa: ASYNC110 - nobody tells of questions
                await asyncio.sleep(0.001)
        await asyncio.sleep(0.02)
        assert len(behind.asked) == 3

    play(scenario)


def test_what_had_to_wait_for_room_is_answered_in_its_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connections, "IN_FLIGHT", 3)

    async def scenario(asking: Client, behind: Late) -> None:
        names = [f"late{20 + n}.example" for n in range(9)]
        asking.writer.write(b"".join(map(get, map(query, names))))
        said = [str(read((await response(asking)).body).q.qname) for _ in names]
        assert said == [f"{name}." for name in names]

    play(scenario)


@pytest.mark.parametrize("bound, most", [("UNREAD", 2_000), ("IN_FLIGHT", 8)])
def test_answers_that_wait_for_an_earlier_one_have_a_bound(
    bound: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, bound, most)

    async def scenario(asking: Client, behind: Late) -> None:
        asking.writer.write(get(query("late200.example")) + get(BLOCKED) * 100)
        await asyncio.sleep(0.1)
        assert 5 < len(behind.engine.https.entries) < 15
        said = [read((await response(asking)).body).rr[0].ttl for _ in range(101)]
        assert said == [0, *[30] * 100]  # and all come in the end

    play(scenario)


def test_answers_that_come_behind_an_earlier_one_have_a_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connections, "UNTAKEN", 2_000)

    async def scenario(asking: Client, behind: Late) -> None:
        asking.writer.write(get(query("never.example")) + get(query("late20.example")) * 100)
        assert await asking.is_closed()

    play(scenario)


def test_requests_in_pieces_of_what_is_parsed_at_a_time() -> None:
    async def scenario(asking: Client, behind: Late) -> None:
        asking.writer.write((get(BLOCKED) + post(BLOCKED)) * 300)
        for _ in range(600):
            assert read((await response(asking)).body).header.id == 7

    play(scenario)
