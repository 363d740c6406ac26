"""HTTP/2 on a real connection: answers as they come, deadlines, and the end."""

import asyncio
import base64
from collections.abc import Awaitable, Callable

import pytest

from blocker.listen import connections, frames
from tests.support.encrypted import client, https_listener
from tests.support.http2 import GET, Http2Client
from tests.support.listening import Late
from tests.support.packets import lines, opt, option, query, read


@pytest.fixture(autouse=True)
def _look_often_at_who_is_overdue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "SWEEP_SECONDS", 0.02)


def play(scenario: Callable[[Http2Client, Late], Awaitable[None]]) -> None:
    async def run() -> None:
        async with https_listener() as (listener, behind), client(listener, ["h2"]) as at:
            asking = Http2Client(at)
            asking.begin()
            await scenario(asking, behind)

    asyncio.run(run())


def path(packet: bytes) -> str:
    return "/dns-query?dns=" + base64.urlsafe_b64encode(packet).decode().rstrip("=")


def test_get_and_post_are_answered() -> None:
    async def scenario(asking: Http2Client, behind: Late) -> None:
        for name in ("blocked.example", "now.example", "late20.example"):
            for number in (
                asking.get(path(query(name, packet_id=3))),
                asking.post(query(name, packet_id=3)),
            ):
                got = await asking.answer(number)
                said = read(got.body)
                assert (got.status, said.header.id) == (200, 3)
                assert lines(said.rr)[0].startswith(f"{name}. ")
                assert got.headers["content-length"] == str(len(got.body))
        while behind.engine.https.fold():
            pass
        assert sum(behind.engine.tally.queries.values()) == 6
        assert {transport for transport, _ in behind.engine.tally.queries} == {"https"}

    play(scenario)


def test_head_is_answered_as_get_without_content() -> None:
    async def scenario(asking: Http2Client, behind: Late) -> None:
        asked = [path(query(name)) for name in ("blocked.example", "late20.example")]
        for target in (*asked, "/elsewhere", "/dns-query"):
            told = await asking.answer(asking.get(target))
            head = [(":method", "HEAD"), *GET[1:], (":path", target)]
            got = await asking.answer(
                asking.head(asking.encoder.encode(head), frames.END_HEADERS | frames.END_STREAM)
            )
            assert (got.headers, got.body, got.reset) == (told.headers, b"", None)

    play(scenario)


def test_a_slow_answer_does_not_hold_up_a_fast_one() -> None:
    async def scenario(asking: Http2Client, behind: Late) -> None:
        slow, fast = asking.post(query("late80.example")), asking.post(query("blocked.example"))
        await asking.answer(fast)
        assert slow not in asking.answers
        assert (await asking.answer(slow)).status == 200

    play(scenario)


def test_padding_is_answered_by_padding() -> None:
    async def scenario(asking: Http2Client, behind: Late) -> None:
        for name in ("blocked.example", "late20.example"):
            packet = query(name, edns=opt(options=option(12, bytes(20))))
            assert len((await asking.answer(asking.post(packet))).body) % 468 == 0

    play(scenario)


def test_a_reset_question_is_answered_to_nobody_and_counts_until_then() -> None:
    async def scenario(asking: Http2Client, behind: Late) -> None:
        number = asking.post(query("late80.example"))
        asking.send(frames.reset(number, frames.CANCEL))
        assert (await asking.answer(asking.post(query("late120.example")))).status == 200
        assert number not in asking.answers
        assert len(behind.asked) == 2

    play(scenario)


def test_questions_in_flight_have_a_bound_that_resets_do_not_lift(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # CVE-2023-44487.
    monkeypatch.setattr(connections, "IN_FLIGHT", 4)

    async def scenario(asking: Http2Client, behind: Late) -> None:
        for _ in range(20):
            asking.send(frames.reset(asking.post(query("never.example")), frames.CANCEL))
        await asyncio.sleep(0.1)
        assert len(behind.asked) == 4

    play(scenario)


def test_a_body_that_does_not_come_is_given_up_and_others_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connections, "MESSAGE_SECONDS", 0.1)

    async def scenario(asking: Http2Client, behind: Late) -> None:
        packet = query("blocked.example")
        slow = asking.post(packet[:9], end=False)
        assert (await asking.answer(slow)).status == 408
        assert (await asking.answer(asking.post(packet))).status == 200

    play(scenario)


def test_who_breaks_the_protocol_is_told_and_let_go() -> None:
    async def scenario(asking: Http2Client, behind: Late) -> None:
        asking.send(frames.frame(frames.PUSH_PROMISE, 0, 1))
        assert await asking.parting() == frames.PROTOCOL_ERROR

    play(scenario)


def test_a_message_that_is_a_response_gets_none() -> None:
    async def scenario(asking: Http2Client, behind: Late) -> None:
        response = bytearray(query("www.example.com"))
        response[2] |= 0x80
        assert (await asking.answer(asking.post(bytes(response)))).reset == frames.CANCEL

    play(scenario)


def test_a_server_that_stops_answers_what_was_asked() -> None:
    async def run() -> None:
        async with https_listener() as (listener, _), client(listener, ["h2"]) as at:
            asking = Http2Client(at)
            asking.begin()
            number = asking.post(query("late50.example"))
            await asyncio.sleep(0.02)
            listener.stop()
            assert (await asking.answer(number)).status == 200
            assert await asking.parting() == frames.NO_ERROR

    asyncio.run(run())


@pytest.mark.parametrize("bound", ["IDLE_SECONDS", "READ_SECONDS"])
def test_deadlines(bound: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, bound, 0.1)

    async def run() -> None:
        async with https_listener() as (listener, _), client(listener, ["h2"]) as at:
            listener._idle = None
            asking = Http2Client(at)
            asking.begin((frames.INITIAL_WINDOW_SIZE, 0))
            if bound == "READ_SECONDS":  # an answer that may not be sent
                asking.post(query("blocked.example"))
            async with asyncio.timeout(3):
                with pytest.raises((asyncio.IncompleteReadError, ConnectionResetError)):
                    await asking.answer(99)

    asyncio.run(run())
