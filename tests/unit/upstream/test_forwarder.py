"""The whole way of a question: asked once, answered to everyone, elsewhere when it must be."""

import asyncio
import gc
from typing import NoReturn

import pytest

from blocker.core.engine import Engine, Forward
from blocker.upstream import forwarder, recovery
from blocker.upstream.choice import EXPLORE
from blocker.upstream.url import upstream_from_url
from tests.support.asking import Bench, clock, query_packet, run
from tests.support.upstream import ScriptedUpstream

ODD = 65280  # a type


def test_equal_questions_in_flight_are_asked_once_whatever_their_case() -> None:
    with ScriptedUpstream() as upstream:
        upstream.on("some-name.example", "delay:0.1")
        names = ["some-name.example", "SOME-name.example", "Some-Name.EXAMPLE"]

        async def scenario(bench: Bench) -> None:
            got = await bench.ask_all([names[one % 3] for one in range(50)])
            for number, reply in enumerate(got, 1):
                assert reply.packet_id == number
                asked = query_packet(names[(number - 1) % 3])
                assert reply.packet[12:32] == asked[12:32]
            assert bench.forwarder.in_flight == 0

        run([upstream.url], scenario)
        assert len(upstream.log) == 1


def test_questions_that_differ_in_do_are_two() -> None:
    with ScriptedUpstream() as upstream:
        upstream.on("a.example", "delay:0.05")

        async def scenario(bench: Bench) -> None:
            await asyncio.gather(bench.ask("a.example"), bench.ask("a.example", do=True))

        run([upstream.url], scenario)
        assert len(upstream.log) == 2


@pytest.mark.quiet
def test_a_client_has_a_share_and_others_are_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forwarder, "SHARE", 20)
    with ScriptedUpstream() as upstream:
        upstream.always("delay:0.2")

        async def scenario(bench: Bench) -> None:
            flood = [bench.ask(f"n{one}.example") for one in range(25)]
            *replies, other = await asyncio.gather(
                *flood, bench.ask("other.example", client="127.0.0.2")
            )
            refused = [one for one in replies if one.rcode]
            assert len(refused) == 5
            assert max(one.seconds for one in refused) < 0.1
            assert (refused[0].rcode, refused[0].ede) == (5, (32, "too many questions in flight"))
            assert other.answers == 1
            assert bench.forwarder.overflows == 5
            assert (await bench.ask("after.example")).answers == 1

        run([upstream.url], scenario)


@pytest.mark.quiet
def test_in_all_there_is_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forwarder, "CAPACITY", 10)
    with ScriptedUpstream() as upstream:
        upstream.always("delay:0.1")

        async def scenario(bench: Bench) -> None:
            clients = [f"127.0.0.{one}" for one in range(1, 16)]
            got = await asyncio.gather(
                *(bench.ask(f"n{one}.example", client=one) for one in clients)
            )
            assert sum(one.rcode == 0 for one in got) == 10

        run([upstream.url], scenario)


@pytest.mark.quiet
def test_drain_waits_for_what_is_in_flight_but_not_for_ever() -> None:
    with ScriptedUpstream() as upstream:
        upstream.on("slow.example", "delay:0.15")
        upstream.on("silent.example", "drop")

        async def scenario(bench: Bench) -> None:
            slow = asyncio.create_task(bench.ask("slow.example"))
            await asyncio.sleep(0)
            await bench.forwarder.drain(5)
            assert slow.done() or (await slow).answers == 1
            silent = asyncio.create_task(bench.ask("silent.example"))
            await asyncio.sleep(0)
            started = clock()
            await bench.forwarder.drain(0.2)
            assert 0.2 <= clock() - started < 0.5
            silent.cancel()

        run([upstream.url], scenario)


def test_replaced_upstreams_finish_and_kept_ones_keep_what_they_know() -> None:
    with ScriptedUpstream() as old, ScriptedUpstream() as kept, ScriptedUpstream() as new:
        for upstream in (old, kept):
            upstream.on("slow.example", "delay:0.2")

        async def scenario(bench: Bench) -> None:
            slow = asyncio.create_task(bench.ask("slow.example"))
            await asyncio.sleep(0.02)
            before = {one.url: one for one in bench.forwarder.upstreams}
            bench.forwarder.replace([upstream_from_url(one.url, clock) for one in (kept, new)])
            after = {one.url: one for one in bench.forwarder.upstreams}
            assert after[kept.url] is before[kept.url]
            assert old.url not in after
            assert (await slow).answers == 1
            asked = len(old.log)
            for number in range(EXPLORE + 1):  # by then every healthy one had its turn
                assert (await bench.ask(f"n{number}.example")).answers == 1
            assert len(old.log) == asked
            assert new.log

        run([old.url, kept.url], scenario)


@pytest.mark.quiet
def test_requests_and_times_are_counted() -> None:
    with ScriptedUpstream() as upstream:
        upstream.on("slow.example", "delay:0.03")

        async def scenario(bench: Bench) -> None:
            await bench.ask("slow.example")
            (asked,) = bench.forwarder.upstreams
            assert asked.tally.requests == 1
            assert sum(asked.tally.counts) == 1
            assert sum(asked.tally.counts[5:]) == 1  # over 25 ms, however busy the machine is
            assert asked.tally.seconds >= 0.03

        run([upstream.url], scenario)


def test_a_late_tick_times_nothing_out_that_was_answered() -> None:
    with ScriptedUpstream() as upstream:

        async def scenario(bench: Bench) -> None:
            for number in range(30):
                assert (await bench.ask(f"n{number}.example")).answers == 1
                await asyncio.sleep(0.01)
            assert not bench.forwarder.upstreams[0].tally.errors
            await asyncio.sleep(2 * forwarder.TICK)
            assert bench.forwarder._tick_timer is None

        run([upstream.url], scenario)


def test_nothing_is_left_for_the_garbage_collector() -> None:
    with ScriptedUpstream() as upstream:
        upstream.on("case.example", "lower-case")
        upstream.on("truncated.example", "truncated")
        upstream.on("refused.example", "rcode:5")
        upstream.on("forged.example", "wrong-question+answer")
        upstream.on("lost.example", "drop", "answer")

        async def scenario(bench: Bench) -> None:
            gc.collect()
            gc.disable()
            try:
                names = [f"n{number}.example" for number in range(20)]
                odd = ["case.example", "truncated.example", "refused.example", "forged.example"]
                await bench.ask_all([*names, *odd, "lost.example"])
                await asyncio.sleep(0.1)
                bench.forwarder._strays.clear()
                for port in bench.forwarder._poller._ports.values():
                    port.pending.clear()
                kinds = [type(one).__name__ for one in gc.get_objects()]
                assert kinds.count("Exchange") == 0
                assert kinds.count("Attempt") == 0
                assert kinds.count("Setbacks") == 0
            finally:
                gc.enable()

        run([upstream.url], scenario)


def test_with_nowhere_to_send_the_failure_comes_at_once() -> None:
    async def scenario(bench: Bench) -> None:
        got = await bench.ask("a.example")
        assert got.rcode == 2
        assert got.seconds < 1
        assert got.ede == (23, "fe80::1#53 invalid argument")

    run(["udp://[fe80::1]"], scenario)  # which interface? No packet ever leaves.


def test_that_a_name_gets_too_long_is_an_answer() -> None:
    # RFC 6672 section 2.2: YXDOMAIN, with the DNAME. Without one it says nothing of the name.
    dname = b"\xc0\x0e\x00\x27\x00\x01" + bytes(4) + b"\x00\x09\x07example\x00"
    with ScriptedUpstream() as upstream, ScriptedUpstream() as other:
        for one in (upstream, other):
            one.on("a.example", lambda packet_id, question: [
                packet_id + b"\x81\x86\x00\x01\x00\x01" + bytes(4) + question + dname
            ])  # fmt: skip
            one.on("b.example", "rcode:6")

        async def scenario(bench: Bench) -> None:
            got = await bench.ask("a.example")
            assert (got.rcode, got.answers) == (6, 1)
            assert len(upstream.log) + len(other.log) == 1
            got = await bench.ask("b.example")
            assert got.rcode == 2
            assert got.ede is not None
            assert got.ede[1].endswith(" YXDOMAIN")

        run([upstream.url, other.url], scenario)


def test_an_answer_that_we_cannot_read_is_not_waited_out(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Engine, "on_response", _trouble)
    with ScriptedUpstream() as upstream:

        async def scenario(bench: Bench) -> None:
            got = await bench.ask("a.example")
            assert got.rcode == 2
            assert got.seconds < 0.5
            assert not bench.forwarder.upstreams[0].health.failures

        run([upstream.url], scenario)
    assert "could not be read" in caplog.text


def test_trouble_with_one_question_is_not_that_of_the_others(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(recovery, "TOTAL", 1.5)
    monkeypatch.setattr(recovery, "CLIENT_TIMER", 0.1)
    stale = Engine.stale

    def odd(engine: Engine, forward: Forward, now: float) -> bytes | None:
        return _trouble() if forward.query.qtype == ODD else stale(engine, forward, now)

    monkeypatch.setattr(Engine, "stale", odd)
    with ScriptedUpstream() as upstream:
        upstream.always("drop")

        async def scenario(bench: Bench) -> None:
            stuck = asyncio.ensure_future(bench.ask("a.example", qtype=ODD))
            await asyncio.sleep(0)
            assert (await bench.ask("b.example")).rcode == 2
            assert bench.forwarder.in_flight == 0
            stuck.cancel()

        run([upstream.url], scenario)
    assert caplog.text.count("could not be looked after") == 1


def _trouble(*_: object) -> NoReturn:
    raise ZeroDivisionError
